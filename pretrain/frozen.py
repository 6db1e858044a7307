"""A network that is looked through and never trained: a tokenizer, or features to compare.

It is kept out of the owner's modules on purpose: no optimiser, average, gradient synchronisation or
checkpoint should see it. Its file stays where it came from.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn


class Frozen:
    """Holds `module` in evaluation mode, without gradients, on the device of whoever asks.

    Convolutions' weights lie channels last, which is what the tensor cores of a GPU read and
    quicker on a CPU, too; pictures and features follow them.
    """

    def __init__(self, module: nn.Module) -> None:
        self.module = cast(Any, module.eval().requires_grad_(False))
        self.module.to(memory_format=torch.channels_last)

    def on(self, tensor: Tensor) -> Any:
        """The module, on `tensor`'s device."""
        device = tensor.device
        first = next(self.module.parameters(), None)
        if first is not None and first.device != device:
            self.module.to(torch.device(device))
        return self.module
