"""What a suite is to leave behind, from its YAML file: the cells, and the trainings before them.

Only what says which runs there are is read and checked here; whether they can run is for the
workflow that runs them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reports.records.fields import shown
from reports.vocabulary import PRETRAIN


@dataclass(frozen=True)
class Expected:
    """One run; `folder` and `log` are below the suite's root. A training has no seed of its own."""

    task: str
    method: str
    seed: int | None
    folder: str
    log: str


@dataclass(frozen=True)
class Suite:
    name: str
    root: Path
    runs: tuple[Expected, ...]

    def folder_in(self, listed: Path) -> Path:
        """Where the suite's runs are below `listed`, which may be a copy of them or of several."""
        if self.root.resolve().is_relative_to(listed.resolve()):
            return self.root
        below = listed / self.root.name
        return below if below.is_dir() else listed


def read_suite(file: Path) -> Suite:
    """ValueError names the key, what it holds and what belongs there."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is no YAML file: {' '.join(str(error).split())}") from error
    if not isinstance(content, Mapping):
        raise ValueError(f"{file} is {shown(content)}, expected a suite: suite, methods, tasks, …")
    try:
        return parse(content)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def parse(content: Mapping[str, Any]) -> Suite:
    name = content.get("suite")
    if not isinstance(name, str) or not name:
        raise ValueError(f"suite is {shown(name)}, expected its name")
    root = content.get("root") or f"runs/{name}"
    if not isinstance(root, str):
        raise ValueError(f"root is {shown(root)}, expected the folder of its runs")
    methods, tasks = named(content, "methods"), named(content, "tasks")
    tokenizers = named(content, "tokenizers") if content.get("tokenizers") else {}
    trained = [method for method, entry in methods.items() if is_trained(method, entry)]
    runs = [*trainings([*trained, *tokenizers]), *cells(methods, tasks, seeds_of(content))]
    return Suite(name, Path(root), tuple(runs))


def named(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    if not isinstance(found, Mapping) or not found:
        raise ValueError(f"{key} is {shown(found)}, expected names, each with its settings")
    if wrong := [name for name in found if not isinstance(name, str)]:
        raise ValueError(f"{key} has {shown(wrong[0])}, expected text: put the name in quotes")
    return found


def seeds_of(content: Mapping[str, Any]) -> list[int]:
    found = content.get("seeds", [0])
    if not isinstance(found, list) or not found or not all(type(s) is int for s in found):
        raise ValueError(f"seeds is {shown(found)}, expected a list of whole numbers")
    return found


def is_trained(method: str, entry: object) -> bool:
    """Rather than taken from a checkpoint, or random."""
    if entry is not None and not isinstance(entry, Mapping):
        raise ValueError(f"methods.{method} is {shown(entry)}, expected settings, or nothing")
    return bool(entry and entry.get("config"))


def trainings(names: list[str]) -> Iterator[Expected]:
    for name in names:
        yield Expected(PRETRAIN, name, None, f"{PRETRAIN}/{name}", f"logs/{PRETRAIN}-{name}.log")


def cells(
    methods: Mapping[str, Any], tasks: Mapping[str, Any], seeds: list[int]
) -> Iterator[Expected]:
    for task in tasks:
        for method in methods:
            for seed in seeds:
                folder = f"{task}/{method}/seed{seed}"
                yield Expected(task, method, seed, folder, f"logs/{task}-{method}-seed{seed}.log")
