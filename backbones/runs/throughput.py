"""Pictures a second in the progress line, over all processes, data loading included."""

from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class Throughput(Hook):
    """Written when the logger writes; both read MMEngine's own iteration timer."""

    priority = 55  # after IterTimerHook (50), before LoggerHook (60)

    def __init__(self, interval: int = 10) -> None:
        self.interval = interval

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        last = self.end_of_epoch(runner.train_dataloader, batch_idx)
        if last or self.every_n_inner_iters(batch_idx, self.interval):
            seconds = runner.message_hub.get_scalar("train/time").mean(self.interval)
            pictures = len(data_batch["images"]) * get_world_size()
            runner.message_hub.update_scalar("train/images_per_s", pictures / max(seconds, 1e-9))
