"""Maps in channels-last, the layout in which convolutions compute on tensor cores.

cuDNN takes the layout of a convolution's input, and gives its output the same. So the input alone
is turned, where it is not so already: after RoIAlign, or a GroupNorm on a GPU. Weights stay as they
are, and with them gradients, the optimiser's moments, initialisation and checkpoints; fused
optimisers and `DistributedDataParallel` rely on one layout for all of these.
"""

from typing import Any

import torch
from torch import Tensor, nn

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def pays(device: torch.device) -> bool:
    """Whether the layout is worth it there: cuDNN's kernels for tensor cores are written for it.

    A CPU's are not: 3 x 3 convolutions of 256 channels took 1.4 times as long in float32.
    """
    return device.type == "cuda"


def set_layout(model: nn.Module, wanted: bool | None, device: torch.device) -> None:
    """Channels-last if `wanted`, or, where nobody said, if it pays."""
    if pays(device) if wanted is None else wanted:
        to_channels_last(model)


def to_channels_last(model: nn.Module) -> None:
    """Turns the inputs of every convolution beside the backbone, whose only one is over patches.

    mmcv's operators ignore the layout of what they are given: theirs are turned back.
    """
    for name, part in model.named_children():
        if name != "backbone":
            for module in part.modules():
                if isinstance(module, CONVOLUTIONS):
                    module.register_forward_pre_hook(turn)
                elif type(module).__module__.startswith("mmcv.ops."):
                    module.register_forward_pre_hook(turn_back)


def turn(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """A convolution's map `[N, C, H, W]` in channels-last, itself if it is."""
    x, *others = inputs
    return (x.contiguous(memory_format=torch.channels_last), *others)


def turn_back(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """An operator's inputs, tensors in the layout that its kernels take them to have."""
    return tuple(x.contiguous() if isinstance(x, Tensor) else x for x in inputs)
