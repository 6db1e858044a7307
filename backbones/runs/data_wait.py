"""How much of a run's time goes by waiting for data.

The wait is the host's, from the end of all work on one step to the arrival of the next batch, and
only where the device has run out of work by then: a loader that is slower than the host but quicker
than the GPU costs nothing.
"""

import time
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

WARN_ABOVE = 0.1


@HOOKS.register_module()
class DataWait(Hook):
    """Counts seconds `waited` and seconds in all, `total`, of the steps that are over.

    What happens between epochs, and validation, is neither. Other hooks' work on a step, the
    logger's and a checkpoint's, is none of the wait: this hook comes after them.
    """

    priority = "LOWEST"

    def __init__(self) -> None:
        self.waited = self.total = 0.0

    def before_train_epoch(self, runner: Runner) -> None:
        self.start = time.perf_counter()

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        self.wait = 0.0 if computing() else time.perf_counter() - self.start

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        self.waited += self.wait
        self.total += time.perf_counter() - self.start
        self.start = time.perf_counter()

    def after_val(self, runner: Runner) -> None:
        self.start = time.perf_counter()

    @property
    def share(self) -> float:
        return self.waited / self.total if self.total else 0.0


def computing() -> bool:
    """Whether the device still has work; a processor that runs Python has none."""
    return torch.cuda.is_available() and not torch.cuda.current_stream().query()


def data_wait(runner: Runner) -> DataWait:
    """The hook of a run.

    Raises:
        ValueError: where its configuration has none.
    """
    for hook in runner.hooks:
        if isinstance(hook, DataWait):
            return hook
    raise ValueError("the configuration has no hook that measures the wait for data; add DataWait")
