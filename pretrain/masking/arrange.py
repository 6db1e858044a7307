"""From a mask to what the model needs of it: which patches are kept, and how they are put back.

Shapes: N images, L patches, K kept patches.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Masking(NamedTuple):
    """Where the number hidden differs between pictures, `keep` is empty and `hide` is `[M]`, into
    the batch's N * L patches: found where the mask was drawn, so that no device is waited for."""

    keep: Tensor  # [N, K] long, the visible patches, in the order the encoder gets them
    hide: Tensor  # [N, L - K] long, the hidden ones
    restore: Tensor  # [N, L] long, where each patch lies in the order visible, then hidden
    mask: Tensor  # [N, L] float, 0 visible, 1 hidden

    def to(self, device: torch.device) -> "Masking":
        """On a CUDA device without waiting, which takes pinned memory."""
        tensors = (x.pin_memory() for x in self) if device.type == "cuda" else self
        return Masking(*(tensor.to(device, non_blocking=True) for tensor in tensors))


def kept(patches: int, ratio: float) -> int:
    """How many of `patches` stay visible at a masking ratio.

    Raises:
        ValueError: for a ratio outside [0, 1) or one that leaves nothing to see.
    """
    if not 0 <= ratio < 1:
        raise ValueError(f"mask_ratio must lie in [0, 1), got {ratio}")
    number = int(patches * (1 - ratio))
    if number < 1:
        raise ValueError(f"mask_ratio {ratio} leaves none of {patches} patches visible; lower it")
    return number


def keep_smallest(noise: Tensor, number: int) -> Masking:
    """Keep the `number` patches with the smallest `noise` `[N, L]`; ties go to the earlier patch.

    The noise is an argument, so that any other implementation can be compared number for number.
    """
    order = noise.argsort(dim=1, stable=True)  # [N, L], visible first
    places = torch.arange(order.shape[1], device=order.device).expand_as(order)
    restore = torch.empty_like(order).scatter_(1, order, places)  # [N, L], the inverse permutation
    mask = (restore >= number).to(torch.float32)
    return Masking(order[:, :number], order[:, number:], restore, mask)


def take(tokens: Tensor, index: Tensor) -> Tensor:
    """Rows of `tokens` `[N, T, …]` at `index` `[N, K]`, as `[N, K, …]`; or of `[N * T, …]`."""
    if index.ndim == 1:
        return tokens.flatten(0, 1)[index]
    if tokens.ndim == 2:
        return tokens.gather(1, index)
    return tokens.gather(1, index[:, :, None].expand(-1, -1, tokens.shape[2]))
