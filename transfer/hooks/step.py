"""How a step is computed, by settings that change none of its numbers but for rounding.

    channels_last     the layout of maps in necks and heads: True, False, or None for where it pays
    compile_backbone  False, True, or a mode of torch.compile; the first step then takes minutes

Both stand at the top of a configuration: `--cfg-options compile_backbone=True`. Neither is part of
the protocol, and a run may be continued with others.
"""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from transfer.channels_last import set_layout
from transfer.compiled import compile_backbone


@HOOKS.register_module()
class FastStep(Hook):
    """Applies the settings before the first step."""

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        device = next(model.parameters()).device
        set_layout(model, runner.cfg.get("channels_last"), device)
        if mode := runner.cfg.get("compile_backbone"):
            compile_backbone(model, mode="default" if mode is True else mode)
            runner.logger.info(f"the backbone goes through torch.compile, mode {mode}")
