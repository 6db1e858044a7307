"""`torch.compile` around the computation of the loss, where a run asks for it."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class CompileModel(Hook):
    """Compiles the model in place before the first step; `options` are `torch.compile`'s.

    MMEngine's own `compile` takes the whole `train_step`, optimiser wrapper and logging included,
    in pieces. A model's `compile` says what of it is one graph.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        model.compile(**self.options)
        said = ", ".join(f"{name}={value}" for name, value in self.options.items())
        runner.logger.info(f"torch.compile({said}): the first steps take minutes")
