"""Random masking: which patches the encoder sees (https://arxiv.org/abs/2111.06377, section 3).

Every picture ranks its patches by noise; the smallest are kept. The noise is an argument, so that
any other implementation can be compared number for number.

Shapes: N images, L patches, K kept patches.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Masking(NamedTuple):
    keep: Tensor  # [N, K] long, the visible patches, in the order the encoder gets them
    restore: Tensor  # [N, L] long, where each patch lies in the order visible, then hidden
    mask: Tensor  # [N, L], 0 visible, 1 hidden


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


def random_masking(noise: Tensor, ratio: float) -> Masking:
    """Keep the patches with the smallest `noise` `[N, L]`; ties go to the earlier patch."""
    order = noise.argsort(dim=1, stable=True)  # [N, L], visible first
    restore = order.argsort(dim=1)  # [N, L], the inverse permutation
    number = kept(noise.shape[1], ratio)
    mask = (restore >= number).to(torch.float32)
    return Masking(order[:, :number], restore, mask)


def take(tokens: Tensor, index: Tensor) -> Tensor:
    """Rows of `tokens` `[N, T, D]` at `index` `[N, K]`, as `[N, K, D]`."""
    return tokens.gather(1, index[:, :, None].expand(-1, -1, tokens.shape[2]))
