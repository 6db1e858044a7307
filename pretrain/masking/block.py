"""Block-wise masks (BEiT, https://arxiv.org/abs/2106.08254, algorithm 1), all pictures at once.

A picture gets rectangle after rectangle until `ratio` of its patches is hidden: the area uniform
between `smallest` and what is left to hide, the aspect ratio log-uniform between 0.3 and 1 / 0.3.
As in the released code a rectangle that would hide nothing new or too much is drawn again, and ten
failures in a row end the mask early, so the number hidden is "at most" and differs by picture.

Shapes: N images, L = gh * gw patches.
"""

import math

import torch
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.masking.sampler import Grid, MaskSampler

ASPECT = 0.3  # narrowest rectangle: height over width, or width over height
PATIENCE = 10  # rectangles in a row that may not fit


@MODELS.register_module()
class BlockMask(MaskSampler):
    """Rectangles of patches.

    Args:
        smallest: fewest patches of a rectangle drawn while enough are left to hide.
        fill: complete every mask to exactly the ratio with single patches, drawn at random. MAE's
            visible-only encoder needs equal counts; how its authors got them is not published.
    """

    def __init__(self, grid: Grid, ratio: float, *, smallest: int = 16, fill: bool = False) -> None:
        super().__init__(grid, ratio)
        self.smallest = smallest
        self.exact = fill
        self.wanted = self.number - self.visible

    def hidden(self, images: int) -> Tensor:
        mask = self.rectangles(images)
        if not self.exact:
            return mask
        rank = torch.rand(images, self.number)
        rank[mask] = -1  # what is hidden stays hidden
        chosen = rank.argsort(dim=1)[:, : self.wanted]
        return torch.zeros_like(mask).scatter_(1, chosen, True)

    def rectangles(self, images: int) -> Tensor:
        """Rounds of one rectangle for every unfinished picture, until none is unfinished."""
        height, width = self.grid
        rows, columns = torch.arange(height)[:, None], torch.arange(width)
        mask = torch.zeros(images, height, width, dtype=torch.bool)
        failures = torch.zeros(images, dtype=torch.long)
        left = torch.full((images,), self.wanted)
        open_ = left > 0
        while open_.any():
            area, ratio, y, x = torch.rand(4, images)
            area = self.smallest + area * (left - self.smallest)
            aspect = torch.exp((2 * ratio - 1) * math.log(ASPECT))
            h, w = (area * aspect).sqrt().round(), (area / aspect).sqrt().round()
            top, start = (y * (height - h + 1)).floor(), (x * (width - w + 1)).floor()
            inside_y = (rows >= top[:, None, None]) & (rows < (top + h)[:, None, None])
            inside_x = (columns >= start[:, None, None]) & (columns < (start + w)[:, None, None])
            block = inside_y & inside_x  # [N, gh, gw]
            new = (block & ~mask).sum((1, 2))
            fits = open_ & (h < height) & (w < width) & (new > 0) & (new <= left)
            mask |= block & fits[:, None, None]
            left = left - new * fits
            failures = torch.where(fits, 0, failures + 1)
            open_ = (left > 0) & (failures < PATIENCE)
        return mask.flatten(1)
