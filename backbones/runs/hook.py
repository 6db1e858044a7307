"""The hook behind every result record: time, memory, speed, curves, and why a run failed."""

import logging
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner

from backbones.runs.data_wait import data_wait
from backbones.runs.failure import note_failures
from backbones.runs.files import write_json
from backbones.runs.processes import process_mean
from backbones.runs.provenance import environment

SCHEMA = 2  # of result.json
MOST_POINTS = 200


class RunRecordHook(Hook, ABC):
    """Writes `result.json` once, when training has ended; `failure.json` when it dies.

    Subclasses add what is theirs through `describe`. A `result.json` that exists is complete.
    The curve of the loss is the mean over all processes. `images_per_second` counts the pictures of
    all of them over the wall time of training, data loading and checkpoints included, validation
    left out. `data_wait_share` is the main process's.
    """

    # before the logger (60), which resets the peak of memory, and before checkpoints, which carry
    # the curves along
    priority = 58

    def __init__(self) -> None:
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self.last_metrics: dict[str, float] = {}
        self.images = 0
        self.train_seconds = 0.0
        self.first_iteration = 0
        self.peak = 0  # bytes

    @abstractmethod
    def describe(self, runner: Runner) -> dict[str, Any]:
        """What only the subclass knows: kind, cell, protocol, metrics, … (the record schema)."""

    def before_train(self, runner: Runner) -> None:
        self.started = datetime.now(UTC)
        self.first_iteration = runner.iter
        self.folder = Path(runner.work_dir)
        note_failures(self.folder)
        self.wait = data_wait(runner)
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        self.lap_start = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last call."""
        before, self.lap_start = self.lap_start, time.perf_counter()
        return self.lap_start - before

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        self.train_seconds += self.lap()
        self.peak = max(self.peak, peak_memory())
        self.images += _batch_size(data_batch) * get_world_size()
        step = max(1, runner.max_iters // MOST_POINTS)
        if outputs and "loss" in outputs and (runner.iter + 1) % step == 0:
            loss = process_mean(torch.as_tensor(outputs["loss"])).item()
            self.curves.setdefault("loss", []).append((runner.iter + 1, loss))

    def before_val(self, runner: Runner) -> None:
        self.train_seconds += self.lap()

    def after_val(self, runner: Runner) -> None:
        self.lap()

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        self.last_metrics = dict(metrics or {})
        for name, value in self.last_metrics.items():
            if isinstance(value, int | float):
                self.curves.setdefault(name, []).append((runner.iter, float(value)))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Curves travel with the weights, so that a resumed run has all of them."""
        checkpoint["meta"]["curves"] = self.curves

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        if runner._resume:  # weights of another run bring no curves along
            self.curves = checkpoint["meta"].get("curves", {})

    def after_train(self, runner: Runner) -> None:
        if is_main_process():
            record = {"schema": SCHEMA, **self.describe(runner)}
            record["seed"] = runner.seed
            record["environment"] = environment()
            record["timing"] = self.timing()
            record["files"] = files_of(runner)
            record.setdefault("curves", self.curves)
            write_json(self.folder / "result.json", record)

    def timing(self) -> dict[str, Any]:
        finished = datetime.now(UTC)
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "wall_seconds": round((finished - self.started).total_seconds(), 2),
            "images_per_second": round(self.images / max(self.train_seconds, 1e-9), 2),
            "data_wait_share": round(self.wait.share, 4),
            "peak_memory_bytes": max(self.peak, peak_memory()),
            "resumed_at": self.first_iteration,
            "devices": get_world_size(),
        }


def files_of(runner: Runner) -> dict[str, str]:
    """The configuration and the log that the run has left in its folder, below that folder."""
    folder = Path(runner.work_dir).resolve()
    # MMEngine dumps a configuration under the name of its file
    found = {"config": folder / Path(runner.cfg.filename or f"{runner.timestamp}.py").name}
    for handler in runner.logger.handlers:
        if isinstance(handler, logging.FileHandler):
            found["log"] = Path(handler.baseFilename).resolve()
    return {
        role: path.relative_to(folder).as_posix()
        for role, path in found.items()
        if path.is_relative_to(folder) and path.is_file()
    }


def peak_memory() -> int:
    """Most memory held at once, in bytes: of the GPU where there is one, else of this process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _batch_size(batch: Any) -> int:
    if isinstance(batch, dict):
        for value in batch.values():
            return len(value)
    return len(batch) if isinstance(batch, list | tuple) else 0
