"""Pictures a second and the share of time spent waiting for them, in the progress line.

Both over all of data loading and step; pictures over all processes, the wait is this one's.
"""

from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.runs.data_wait import WARN_ABOVE, DataWait


@HOOKS.register_module()
class Throughput(Hook):
    """Written when the logger writes; warns, once an epoch at most, where data comes too slowly.

    An epoch's first iterations, while loaders start, are in the log but bring no warning. What
    hooks do after this one counts as waiting: the logger's work, checkpoints within an epoch.
    """

    priority = 55  # after IterTimerHook (50), before LoggerHook (60)

    def __init__(self, interval: int = 10) -> None:
        self.interval = interval
        self.wait = DataWait()
        self.warned = False

    def before_train_epoch(self, runner: Runner) -> None:
        self.wait, self.warned = DataWait(), False

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        self.wait.arrived()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        self.wait.done()
        last = self.end_of_epoch(runner.train_dataloader, batch_idx)
        if not (last or self.every_n_inner_iters(batch_idx, self.interval)):
            return
        hub = runner.message_hub
        seconds = hub.get_scalar("train/time").mean(self.interval)
        pictures = len(data_batch["images"]) * get_world_size()
        hub.update_scalar("train/images_per_s", pictures / max(seconds, 1e-9))
        hub.update_scalar("train/data_wait", self.wait.share)
        if batch_idx >= self.interval and self.wait.share > WARN_ABOVE and not self.warned:
            self.warned = True
            # the epoch makes it a message of its own: MMEngine's logger drops repeated ones
            runner.logger.warning(
                f"epoch {runner.epoch + 1}: {self.wait.share:.0%} of the last iterations was spent "
                f"waiting for data (more than {WARN_ABOVE:.0%}): raise workers or prefetch, decode "
                "at scale (decoding=scaled), or put the data on a quicker disk"
            )
        self.wait = DataWait()
