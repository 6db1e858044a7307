"""`torch.compile` around the computation of the loss, where a run asks for it."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import nn

from backbones.runs.sharding import blocks, is_sharded


@HOOKS.register_module()
class CompileModel(Hook):
    """Compiles the model in place before the first step; `options` are `torch.compile`'s.

    MMEngine's own `compile` takes the whole `train_step`, optimiser wrapper and logging included,
    in pieces. A model's `compile` says what of it is one graph. Of a sharded model each block is
    one: weights are gathered and let go of in between, which no graph may hold.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        if is_sharded(model):
            compile_blocks(model, **self.options)
        else:
            model.compile(**self.options)
        said = ", ".join(f"{name}={value}" for name, value in self.options.items())
        runner.logger.info(f"torch.compile({said}): the first steps take minutes")


def compile_blocks(model: nn.Module, **options: Any) -> None:
    """Blocks that are alike share a graph; those of other rates of stochastic depth are not, and
    there may be more of them than `torch.compile` thinks sensible."""
    units = blocks(model)
    config = torch._dynamo.config
    config.cache_size_limit = max(config.cache_size_limit, 2 * len(units))  # training, validation
    for unit in units:
        unit.compile(**options)
