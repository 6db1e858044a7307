"""Random masks: every patch is as likely to be hidden as any other.

MAE's (https://arxiv.org/abs/2111.06377, section 3) hides single patches; SimMIM's (section 3 of
https://arxiv.org/abs/2111.09886) squares of 32 pixels, i.e. of 2 x 2 patches of 16.

Shapes: N images, L patches.
"""

import math

import torch
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.masking.arrange import Masking, keep_smallest
from pretrain.masking.sampler import Grid, MaskSampler


@MODELS.register_module()
class RandomMask(MaskSampler):
    """Single patches, drawn on the pictures' device."""

    def draw(self, images: int, device: torch.device) -> Masking:
        return keep_smallest(torch.rand(images, self.number, device=device), self.visible)

    def hidden(self, images: int) -> Tensor:
        return self.draw(images, torch.device("cpu")).mask.bool()


@MODELS.register_module()
class SquareMask(MaskSampler):
    """Squares of `side` x `side` patches; `ceil(ratio * squares)` of them are hidden.

    Raises:
        ValueError: where the grid does not divide into such squares.
    """

    def __init__(self, grid: Grid, ratio: float, *, side: int = 2) -> None:
        super().__init__(grid, ratio)
        if grid[0] % side or grid[1] % side:
            raise ValueError(
                f"a grid of {grid[0]} x {grid[1]} patches does not divide into squares of {side} x "
                f"{side}; change masking.side or the picture size"
            )
        self.side = side
        self.squares = grid[0] // side, grid[1] // side
        number = self.squares[0] * self.squares[1]
        self.seen_squares = number - math.ceil(ratio * number - 1e-9)
        if not self.seen_squares:
            raise ValueError(
                f"mask_ratio {ratio} leaves none of {number} squares visible; lower it"
            )
        self.visible = self.seen_squares * side**2

    def hidden(self, images: int) -> Tensor:
        noise = torch.rand(images, self.squares[0] * self.squares[1])
        mask = keep_smallest(noise, self.seen_squares).mask.bool().unflatten(1, self.squares)
        return mask.repeat_interleave(self.side, 1).repeat_interleave(self.side, 2).flatten(1)
