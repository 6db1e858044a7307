"""Mixed precision that works on every device: bfloat16 needs no loss scaling.

MMEngine's own wrapper refuses the CPU and always builds a gradient scaler.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.device import get_device
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn
from torch.optim import Optimizer

from backbones.clipping import ClippingOptimWrapper

DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(ClippingOptimWrapper):
    """The training step under `torch.autocast`; weights, gradients and optimiser stay float32.

    `dtype='float32'` turns it off. For float16 take MMEngine's `AmpOptimWrapper`.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        dtype: str = "bfloat16",
        accumulative_counts: int = 1,
        clip_grad: dict[str, float] | None = None,
    ) -> None:
        if dtype not in DTYPES:
            raise ValueError(
                f"optim_wrapper.dtype must be bfloat16 or float32, got {dtype!r}; "
                "float16 needs a loss scale: optim_wrapper.type=AmpOptimWrapper"
            )
        super().__init__(optimizer, accumulative_counts, clip_grad)
        self.dtype = DTYPES[dtype]

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        enabled = self.dtype != torch.float32
        device_type = torch.device(get_device()).type
        with (
            super().optim_context(model),
            torch.autocast(device_type, dtype=self.dtype, enabled=enabled),
        ):
            yield
