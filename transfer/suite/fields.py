"""Checks of single values of a suite's YAML; every complaint names the key and what it holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def mapping(content: Mapping[str, Any], key: str, suite: str) -> Mapping[str, Any]:
    value = content.get(key)
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"suite {suite}: {key} must map names to their settings, got {value!r}")
    return value


def required(content: Mapping[str, Any], key: str, where: str = "suite") -> Any:
    if not content.get(key):
        raise ValueError(f"{where}: {key} is missing")
    return content[key]


def only_known(entry: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(entry.keys() - known):
        raise ValueError(f"{where}: unknown keys {unknown}; known are {sorted(known)}")


def seeds(value: Any, where: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(seed, int) for seed in value) or not value:
        raise ValueError(f"{where}: seeds must be a list of whole numbers, got {value!r}")
    if len(set(value)) < len(value):
        raise ValueError(f"{where}: seeds names one twice, {value!r}")
    return tuple(value)


def options(value: Any, where: str) -> tuple[str, ...]:
    """A list of KEY=VALUE as `--cfg-options` takes them; empty for none."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(o, str) and "=" in o for o in value):
        raise ValueError(f"{where}: options must be a list of KEY=VALUE, got {value!r}")
    return tuple(value)


def keys_of(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(option.split("=", 1)[0] for option in options)


def config(path: str, where: str) -> Path:
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"{where}.config: there is no {path}; run from the project's folder"
        )
    return Path(path)
