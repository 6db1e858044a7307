"""Linear warm-up, then half a cosine or steps down, moved every iteration.

Of the run's T iterations the first W warm up. At iteration t the rate is `lr * t / W`, and from W
on `lr * (1 + cos(pi * (t - W) / (T - W))) / 2`, or down to a floor in place of zero, or a tenth
after each of the `drops`. A closed form: nothing to drift on resume.
"""

import math
from collections.abc import Sequence
from typing import Any, Self

from mmengine.optim.scheduler.lr_scheduler import LRSchedulerMixin
from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmengine.registry import PARAM_SCHEDULERS


def factor(
    iteration: int,
    warmup: int,
    total: int,
    *,
    floor: float = 0.0,
    drops: Sequence[int] = (),
) -> float:
    """Share of the full learning rate at `iteration`; the cosine ends at `floor`."""
    if iteration < warmup:
        return iteration / warmup
    if drops:
        return float(0.1 ** sum(iteration >= drop for drop in drops))
    progress = min(1.0, (iteration - warmup) / max(1, total - warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2


@PARAM_SCHEDULERS.register_module()
class WarmupLR(LRSchedulerMixin, _ParamScheduler):
    """Given in epochs, `by_epoch=True, convert_to_iter_based=True`, and moved by iteration."""

    def __init__(
        self,
        optimizer: Any,
        *args: Any,
        warmup: int,
        floor: float = 0.0,
        drops: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        self.warmup, self.floor, self.drops = warmup, floor, tuple(drops)
        super().__init__(optimizer, *args, **kwargs)

    @classmethod
    def build_iter_from_epoch(
        cls,
        *args: Any,
        warmup: float,
        end: int,
        epoch_length: int,
        drops: Sequence[float] = (),
        **kwargs: Any,
    ) -> Self:
        """MMEngine's entry for schedules written in epochs; `epoch_length` is in iterations."""
        kwargs["by_epoch"] = False
        return cls(
            *args,
            warmup=round(warmup * epoch_length),
            end=end * epoch_length,
            drops=[round(drop * epoch_length) for drop in drops],
            **kwargs,
        )

    def _get_value(self) -> list[float]:
        share = factor(self.last_step, self.warmup, self.end, floor=self.floor, drops=self.drops)
        return [value * share for value in self.base_values]
