"""Pictures a second and the share of time spent waiting for them, in the progress line.

Both over all of data loading and step; pictures over all processes, the wait is this one's.
"""

from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.runs.data_wait import WARN_ABOVE, data_wait


@HOOKS.register_module()
class Throughput(Hook):
    """Written when the logger writes; warns, once an epoch at most, where data comes too slowly.

    The first `interval` iterations of an epoch, or of a run, while loaders start, are in the log
    but bring no warning; shorter epochs are judged as a whole, after the first.
    """

    priority = 55  # after IterTimerHook (50), before LoggerHook (60)

    def __init__(self, interval: int = 10) -> None:
        self.interval = interval
        self.epochs = 0  # begun in this process
        self.iterations = 0  # of this epoch, in this process
        self.read = (0.0, 0.0)  # seconds waited and in all, at the last line
        self.warned = False

    def before_train_epoch(self, runner: Runner) -> None:
        wait = data_wait(runner)
        self.read, self.warned = (wait.waited, wait.total), False
        self.epochs, self.iterations = self.epochs + 1, 0

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        self.iterations += 1
        last = self.end_of_epoch(runner.train_dataloader, batch_idx)
        if not (last or self.every_n_inner_iters(batch_idx, self.interval)):
            return
        hub = runner.message_hub
        seconds = hub.get_scalar("train/time").mean(self.interval)
        pictures = len(data_batch["images"]) * get_world_size()
        hub.update_scalar("train/images_per_s", pictures / max(seconds, 1e-9))
        share = self.share(runner)
        hub.update_scalar("train/data_wait", share)
        settled = self.iterations > self.interval or (last and self.epochs > 1)
        if settled and share > WARN_ABOVE and not self.warned:
            self.warned = True
            # the epoch makes it a message of its own: MMEngine's logger drops repeated ones
            runner.logger.warning(
                f"epoch {runner.epoch + 1}: {share:.0%} of the last iterations was spent "
                f"waiting for data (more than {WARN_ABOVE:.0%}): raise workers or prefetch, decode "
                "at scale (decoding=scaled), or put the data on a quicker disk"
            )

    def share(self, runner: Runner) -> float:
        """Since the last line. The step that has just ended is the next line's."""
        wait, (waited, total) = data_wait(runner), self.read
        self.read = wait.waited, wait.total
        return (wait.waited - waited) / max(wait.total - total, 1e-9)
