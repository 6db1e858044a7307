"""Losses are read from the device when they are logged, for logs counted in iterations too."""

from mmengine.hooks import LoggerHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.runs.pending import PendingLosses


@HOOKS.register_module()
class LoggedLosses(PendingLosses):
    """Reads as often as the run's logger writes, and what is left when training ends."""

    def before_train(self, runner: Runner) -> None:
        super().before_train(runner)
        self.interval = min(h.interval for h in runner.hooks if isinstance(h, LoggerHook))

    def after_train(self, runner: Runner) -> None:
        self.read(runner)
        super().after_train(runner)
