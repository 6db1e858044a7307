"""Necks and heads in channels-last, the layout in which convolutions compute on tensor cores.

A convolution with such a weight takes and gives such maps, whatever lies between (GroupNorm, say)
returns. The backbone is left alone: its only convolution is one matrix product over the patches.
"""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

OTHERS = ("backbone", "data_preprocessor")


def pays(device: torch.device) -> bool:
    """Whether the layout is worth it there: cuDNN's bf16 kernels are written for it.

    In float32 on a CPU, oneDNN brings maps into a layout of its own either way.
    """
    return device.type == "cuda"


def to_channels_last(model: nn.Module) -> None:
    """The weights of everything beside the backbone, in place: same numbers, names and shapes."""
    for name, part in model.named_children():
        if name not in OTHERS:
            part.to(memory_format=torch.channels_last)


def align_moments(optimizer: Optimizer) -> None:
    """The optimiser's state in the layout of its parameters, in which it may not have been saved.

    Fused kernels read both as one row of numbers: in another layout they would mix up moments, on
    a CPU without a word.
    """
    for parameter, state in optimizer.state.items():
        for name, value in state.items():
            same_shape = isinstance(value, Tensor) and value.shape == parameter.shape
            if same_shape and value.stride() != parameter.stride():
                state[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
