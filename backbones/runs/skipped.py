"""Names every picture that could not be read, once, and counts them.

The list travels in the message hub, and so in checkpoints: a resumed run goes on counting.
"""

from typing import Any

from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.runs.saving import saves_now

KEY = "skipped_pictures"


@HOOKS.register_module()
class SkippedPictures(Hook):
    """Collects what the loaders of all processes skipped: after epochs, and for checkpoints."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.fresh: set[str] = set()

    def before_train(self, runner: Runner) -> None:
        self.known = set(runner.message_hub.get_info(KEY, []))

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        self.fresh.update(data_batch["skipped"])
        if saves_now(runner):
            self.collect(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        self.collect(runner)

    def collect(self, runner: Runner) -> None:
        everywhere = set().union(*all_gather_object(self.fresh))
        for path in sorted(everywhere - self.known):
            runner.logger.warning(f"skipped {path}: it cannot be read as a picture")
        self.known |= everywhere
        self.fresh.clear()
        runner.message_hub.update_info(KEY, sorted(self.known))

    def after_train(self, runner: Runner) -> None:
        if self.known:
            runner.logger.warning(f"{len(self.known)} pictures could not be read and took no part")
