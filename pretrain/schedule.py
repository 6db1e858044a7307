"""Linear warm-up, then half a cosine to zero, moved every iteration.

Of the run's T iterations the first W warm up. At iteration t the rate is `lr * t / W`, and from W
on `lr * (1 + cos(pi * (t - W) / (T - W))) / 2`. A closed form: nothing to drift on resume.
"""

import math
from typing import Any, Self

from mmengine.optim.scheduler.lr_scheduler import LRSchedulerMixin
from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmengine.registry import PARAM_SCHEDULERS


def factor(iteration: int, warmup: int, total: int) -> float:
    """Share of the full learning rate at `iteration`."""
    if iteration < warmup:
        return iteration / warmup
    progress = min(1.0, (iteration - warmup) / max(1, total - warmup))
    return (1 + math.cos(math.pi * progress)) / 2


@PARAM_SCHEDULERS.register_module()
class WarmupCosineLR(LRSchedulerMixin, _ParamScheduler):
    """Given in epochs, `by_epoch=True, convert_to_iter_based=True`, and moved by iteration."""

    def __init__(self, optimizer: Any, *args: Any, warmup: int, **kwargs: Any) -> None:
        self.warmup = warmup
        super().__init__(optimizer, *args, **kwargs)

    @classmethod
    def build_iter_from_epoch(
        cls, *args: Any, warmup: float, end: int, epoch_length: int, **kwargs: Any
    ) -> Self:
        """MMEngine's entry for schedules written in epochs; `epoch_length` is in iterations."""
        kwargs["by_epoch"] = False
        total = end * epoch_length
        return cls(*args, warmup=round(warmup * epoch_length), end=total, **kwargs)

    def _get_value(self) -> list[float]:
        share = factor(self.last_step, self.warmup, self.end)
        return [value * share for value in self.base_values]
