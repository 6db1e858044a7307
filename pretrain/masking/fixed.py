"""Masks that are the same for every picture: an even grid, and a hole in the middle.

Shapes: N images, L = gh * gw patches.
"""

from abc import abstractmethod

import torch
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.masking.sampler import Grid, MaskSampler


class FixedMask(MaskSampler):
    """Hides the patches with the largest `rank` `[L]`; ties hide the later one."""

    def __init__(self, grid: Grid, ratio: float) -> None:
        super().__init__(grid, ratio)
        order = self.rank().argsort(stable=True)
        self.mask = torch.zeros(self.number, dtype=torch.bool)
        self.mask[order[self.visible :]] = True

    @abstractmethod
    def rank(self) -> Tensor:
        """What orders the patches, `[L]`."""

    def hidden(self, images: int) -> Tensor:
        return self.mask.expand(images, -1)


@MODELS.register_module()
class GridMask(FixedMask):
    """Visible patches spread evenly (https://arxiv.org/abs/2111.06377, Table 1f and figure 6).

    At 75 % one of every 2 x 2 patches is visible. For any other ratio patches appear in the order
    of an ordered dither, which is as even as a grid gets: at 50 % it is a chessboard.
    """

    def rank(self) -> Tensor:
        matrix = torch.zeros(1, 1)
        while len(matrix) < max(self.grid):  # Bayer's matrix, doubled until it covers the grid
            doubled = 4 * matrix
            matrix = torch.cat(
                [torch.cat([doubled, doubled + 2], 1), torch.cat([doubled + 3, doubled + 1], 1)]
            )
        return matrix[: self.grid[0], : self.grid[1]].flatten()


@MODELS.register_module()
class CentreMask(FixedMask):
    """A hole in the middle (context encoders, https://arxiv.org/abs/1604.07379, section 3.3).

    Theirs hides a quarter of the picture, a square half as wide; other ratios as square as counts
    allow.
    """

    def rank(self) -> Tensor:
        rows, columns = (torch.arange(side) * 2 + 1 - side for side in self.grid)
        distances = torch.maximum(  # to the middle, as a share of the side
            rows.abs()[:, None] / self.grid[0], columns.abs()[None] / self.grid[1]
        )
        return -distances.flatten()
