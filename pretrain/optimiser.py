"""How the optimiser is built: weight decay on matrices only, and bf16 that is really on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS, OPTIM_WRAPPERS, OPTIMIZERS
from torch import nn

from backbones.clipping import ClippingOptimWrapper


@OPTIM_WRAPPERS.register_module()
class Bf16OptimWrapper(ClippingOptimWrapper):
    """The step runs under bfloat16 autocast, on a GPU or a CPU.

    bfloat16 has float32's range, so there is no loss scaling (MMEngine's `AmpOptimWrapper` always
    scales and refuses CPUs). Weights, gradients, optimiser state and the loss stay float32.

    Sharded models run under autocast too, not under FSDP's own mixed precision, which would round
    pictures, targets' inputs and norms as well: sharding is to change no number. The price is that
    weights travel as float32, twice the bytes, and that their bfloat16 copies, 2 bytes a weight,
    stay from the forward pass to the backward pass unless activations are recomputed.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, dtype=torch.bfloat16):
            yield


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class DecayMatricesOnly:
    """Two parameter groups: biases and norms (one-dimensional) are not decayed.

    Two, not one a parameter as MMEngine's default makes, so that fused kernels take all at once.
    """

    def __init__(self, optim_wrapper_cfg: dict[str, Any], paramwise_cfg: Any = None) -> None:
        if paramwise_cfg:
            raise ValueError(f"DecayMatricesOnly takes no paramwise_cfg, got {paramwise_cfg}")
        self.config = optim_wrapper_cfg

    def __call__(self, model: nn.Module) -> OptimWrapper:
        trained = [p for p in model.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in trained if p.ndim > 1]},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ]
        config = {"type": "ClippingOptimWrapper", **self.config}
        optimizer = OPTIMIZERS.build(config.pop("optimizer"), default_args={"params": groups})
        wrapper: OptimWrapper = OPTIM_WRAPPERS.build(config, default_args={"optimizer": optimizer})
        return wrapper
