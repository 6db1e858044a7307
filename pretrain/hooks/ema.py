"""The exponential moving average of the weights, a step of the optimiser at a time."""

from typing import Any

from mmengine.device import get_device
from mmengine.hooks import EMAHook
from mmengine.registry import HOOKS, MODELS
from mmengine.runner import Runner

from backbones.runs.sharding import is_sharded, shard


@HOOKS.register_module()
class StepEMA(EMAHook):
    """MMEngine's hook averages every iteration, so that accumulating gradients would shorten it.

    `momentum` here is per step, however many iterations the device makes of one. Of a sharded model
    the average is sharded alike.
    """

    def before_run(self, runner: Runner) -> None:
        """MMEngine copies the model, which a sharded one refuses; a new one is divided in its place
        and takes the weights over with the first step, or from a checkpoint."""
        if not is_sharded(runner.model):
            super().before_run(runner)
            return
        self.src_model = runner.model
        fresh = MODELS.build(runner.cfg.model).to(get_device())
        average = self.ema_model = MODELS.build(self.ema_cfg, default_args={"model": fresh})
        shard(average.module)
        average.avg_parameters = dict(average.module.named_parameters())

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        if runner.optim_wrapper.should_update():  # still true of the iteration that has just ended
            super().after_train_iter(runner, batch_idx, data_batch, outputs)
