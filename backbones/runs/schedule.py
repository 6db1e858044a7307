"""Linear warm-up, then half a cosine or steps down, moved every step of the optimiser.

Of the run's T steps the first W warm up. At step t the rate is `lr * t / W`, and from W on
`lr * (1 + cos(pi * (t - W) / (T - W))) / 2`, or down to a floor in place of zero, or a tenth after
each of the `drops`. A closed form: nothing to drift on resume. MMEngine counts iterations,
`accumulation` of which make a step; they change no rate.
"""

import math
from collections.abc import Sequence
from typing import Any, Self

from mmengine.optim.scheduler.lr_scheduler import LRSchedulerMixin
from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmengine.registry import PARAM_SCHEDULERS


def factor(
    step: int, warmup: int, total: int, *, floor: float = 0.0, drops: Sequence[int] = ()
) -> float:
    """Share of the full learning rate at `step`; the cosine ends at `floor`."""
    if step < warmup:
        return step / warmup
    if drops:
        return float(0.1 ** sum(step >= drop for drop in drops))
    progress = min(1.0, (step - warmup) / max(1, total - warmup))
    return floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2


@PARAM_SCHEDULERS.register_module()
class WarmupLR(LRSchedulerMixin, _ParamScheduler):
    """Given in epochs, `by_epoch=True, convert_to_iter_based=True`, and moved by iteration.

    `warmup` and `drops` are kept in steps, `end` in iterations.
    """

    def __init__(
        self,
        optimizer: Any,
        *args: Any,
        warmup: int,
        floor: float = 0.0,
        drops: Sequence[int] = (),
        accumulation: int = 1,
        **kwargs: Any,
    ) -> None:
        self.warmup, self.floor, self.drops = warmup, floor, tuple(drops)
        self.accumulation = accumulation
        super().__init__(optimizer, *args, **kwargs)

    @classmethod
    def build_iter_from_epoch(
        cls,
        *args: Any,
        warmup: float,
        end: int,
        epoch_length: int,
        drops: Sequence[float] = (),
        accumulation: int = 1,
        **kwargs: Any,
    ) -> Self:
        """MMEngine's entry for schedules written in epochs; `epoch_length` is in iterations."""
        kwargs["by_epoch"] = False
        return cls(
            *args,
            warmup=round(warmup * epoch_length / accumulation),
            drops=[round(drop * epoch_length / accumulation) for drop in drops],
            end=end * epoch_length,
            accumulation=accumulation,
            **kwargs,
        )

    def _get_value(self) -> list[float]:
        step, total = (count // self.accumulation for count in (self.last_step, self.end))
        share = factor(step, self.warmup, total, floor=self.floor, drops=self.drops)
        return [value * share for value in self.base_values]

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """A run resumed with another accumulation goes on at the same step."""
        own, before = self.accumulation, state_dict["accumulation"]
        counts = ("last_step", "_global_step", "end")
        scaled = {name: state_dict[name] * own // before for name in counts}
        super().load_state_dict({**state_dict, **scaled, "accumulation": own})
