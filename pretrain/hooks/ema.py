"""The exponential moving average of the weights, a step of the optimiser at a time."""

from typing import Any

from mmengine.hooks import EMAHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class StepEMA(EMAHook):
    """MMEngine's hook averages every iteration, so that accumulating gradients would shorten it.

    `momentum` here is per step, however many iterations the device makes of one.
    """

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        if runner.optim_wrapper.should_update():  # still true of the iteration that has just ended
            super().after_train_iter(runner, batch_idx, data_batch, outputs)
