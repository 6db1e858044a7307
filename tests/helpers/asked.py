"""Which operators a piece of work asks for, and those for which the host waits for the device."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

# what makes the host wait: a number read, or a shape that depends on values
WAITING = ("_local_scalar_dense", "nonzero", "masked_select", "unique", "equal", "is_nonzero")


class Asked(TorchDispatchMode):
    """The operators that ran, on tensors of the model's device."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        self.names.append(function.overloadpacket.__name__)
        if self.names[-1] == "index":  # by a mask: its number of rows is read
            masks = [x for x in args[1] if x is not None and x.dtype == torch.bool]
            self.names += ["nonzero"] * len(masks)
        return function(*args, **(kwargs or {}))
