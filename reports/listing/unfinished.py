"""Runs that left no record yet: where they are, when they last wrote, and how far they are.

A run logs into `FOLDER/TIME/TIME.log` and `FOLDER/TIME/vis_data`, MMEngine's layout.
"""

import ast
import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TAIL = 2**16  # bytes of a log that are looked at: a line has a few hundred


@dataclass(frozen=True)
class Reached:
    """How far a run is, as far as its log tells."""

    iteration: int | None = None
    iterations: int | None = None
    epoch: int | None = None
    epochs: int | None = None

    @property
    def words(self) -> str:
        if self.iteration is not None and self.iterations is not None:
            return f"{self.iteration:,} of {self.iterations:,} iterations"
        if self.epoch is not None and self.epochs is not None:
            return f"epoch {self.epoch:,} of {self.epochs:,}"
        return f"iteration {self.iteration:,}" if self.iteration is not None else ""


def started_runs(root: Path) -> set[str]:
    """Folders that a run has logged into, relative to `root`."""
    found = set()
    for folder, folders, files in os.walk(root):
        if "vis_data" in folders or f"{Path(folder).name}.log" in files:
            run = Path(folder).parent
            if run.is_relative_to(root):
                found.add(run.relative_to(root).as_posix())
    return found


def last_written(folder: Path) -> float:
    """The time of the newest file; of the folder, where it has none."""
    files = [Path(below) / name for below, _, names in os.walk(folder) for name in names]
    times = []
    for file in files or [folder]:
        with contextlib.suppress(OSError):  # a checkpoint that was replaced meanwhile
            times.append(file.stat().st_mtime)
    return max(times, default=0.0)


def newest_log(folder: Path) -> Path | None:
    """Of the run's starts, whose folders are called by their time."""
    logs = sorted(log for log in folder.glob("*/*.log") if log.stem == log.parent.name)
    return logs[-1] if logs else None


def reached(folder: Path) -> Reached:
    """By the newest start of the run that logged a step."""
    for scalars in sorted(folder.glob("*/vis_data/scalars.json"), reverse=True):
        if line := last_step(scalars):
            total = train_cfg(scalars.with_name("config.py"))
            return Reached(
                iteration=whole(line.get("iter", line.get("step"))),
                iterations=whole(total.get("max_iters")),
                epoch=whole(line.get("epoch")),
                epochs=whole(total.get("max_epochs")),
            )
    return Reached()


def last_step(scalars: Path) -> dict[str, Any]:
    """The last line of training; lines of validation count epochs as steps."""
    try:
        with scalars.open("rb") as file:
            file.seek(max(0, scalars.stat().st_size - TAIL))
            lines = file.read().splitlines()
    except OSError:
        return {}
    for line in reversed(lines):
        try:
            found = json.loads(line)
        except ValueError:  # half a line, at either end
            continue
        if isinstance(found, dict) and "iter" in found:
            return found
    return {}


def train_cfg(config: Path) -> dict[str, Any]:
    """The plain values of `train_cfg = dict(…)` in a dumped configuration."""
    try:
        tree = ast.parse(config.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "train_cfg":
            pairs = node.value.keywords if isinstance(node.value, ast.Call) else []
            return {
                pair.arg: pair.value.value
                for pair in pairs
                if pair.arg and isinstance(pair.value, ast.Constant)
            }
    return {}


def whole(found: object) -> int | None:
    return found if type(found) is int else None
