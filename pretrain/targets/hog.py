"""Histograms of oriented gradients, MaskFeat's target (https://arxiv.org/abs/2112.09133).

For each colour channel: Sobel gradients of the reflected-padded picture, their magnitude added to
the bin of their unsigned orientation, summed over cells of 8 x 8 pixels, each cell's histogram of
9 bins divided by its length. Facts from MaskFeat's released code, not its words; it uses no
Gaussian window and neither does this. Because of the division the histograms of normalised
pictures are those of the pictures themselves.

Shapes: N images, L patches, c * c cells a patch, B bins, P = 3 * B * c * c values, H W pixels.
"""

import math

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.patches import grid_of, patchify, unpatchify
from pretrain.targets.target import Target

INK = 2.0  # brightness, in normalised units, of an edge that has a cell to itself


@MODELS.register_module()
class HOGTarget(Target):
    """Mean squared error on the histograms of a patch's cells.

    Raises:
        ValueError: where the patch is not a multiple of the cell.
    """

    name = "hog"
    note = "histograms of oriented gradients, drawn as the edges they stand for"
    kernels: Tensor

    def __init__(self, patch_size: int, *, bins: int = 9, cell: int = 8) -> None:
        super().__init__()
        if patch_size % cell:
            raise ValueError(
                f"a patch of {patch_size} pixels does not divide into cells of {cell}; set "
                "target.cell"
            )
        self.patch_size, self.bins, self.cell = patch_size, bins, cell
        self.cells = patch_size // cell  # along a side
        self.width = 3 * bins * self.cells**2
        across = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
        kernels = torch.stack([across, across.T])[:, None]  # [2, 1, 3, 3], x then y
        self.register_buffer("kernels", kernels, persistent=False)

    def histograms(self, images: Tensor) -> Tensor:
        """Images `[N, 3, H, W]` to unit histograms `[N, 3 * B, H / cell, W / cell]`."""
        N, _, H, W = images.shape
        padded = F.pad(images.reshape(N * 3, 1, H, W), (1, 1, 1, 1), mode="reflect")
        x, y = F.conv2d(padded, self.kernels.to(images.dtype)).unbind(1)  # [N 3, H, W] each
        bins = (torch.atan2(x, y) / math.pi * self.bins).floor().long() % self.bins
        votes = images.new_zeros(N * 3, self.bins, H, W)
        votes.scatter_(1, bins[:, None], torch.hypot(x, y)[:, None])
        cells = F.avg_pool2d(votes, self.cell) * self.cell**2
        return F.normalize(cells, dim=1).reshape(N, 3 * self.bins, *cells.shape[2:])

    def truth(self, images: Tensor) -> Tensor:
        with torch.autocast(images.device.type, enabled=False):
            histograms = self.histograms(images.float() if images.dtype.itemsize < 4 else images)
        return patchify(histograms, self.cells)  # [N, L, P]

    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        return (prediction.to(truth.dtype) - truth).square().mean(dim=-1)

    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        """Each bin as a line along its edges, as bright as its share, one colour channel each."""
        grid = grid_of(images, self.patch_size)
        votes = unpatchify(prediction.to(images.dtype), self.cells, grid)  # [N, 3 B, h, w]
        h, w = votes.shape[2:]
        strengths = votes.unflatten(1, (3, self.bins)).clamp(min=0)  # [N, 3, B, h, w]
        drawn = torch.einsum("ncbhw,byx->nchywx", strengths, self.strokes().to(votes))
        return drawn.reshape(len(votes), 3, h * self.cell, w * self.cell) * INK - INK / 2

    def strokes(self) -> Tensor:
        """A line through a cell for every bin, `[B, cell, cell]`.

        Bin b holds gradients (x, y) with atan2(x, y) about (b + ½) π / B; the edge is at a right
        angle to its gradient.
        """
        angle = (torch.arange(self.bins) + 0.5) * math.pi / self.bins
        along = torch.arange(self.cell) - (self.cell - 1) / 2
        distance = (
            angle.sin()[:, None, None] * along[None, None, :]
            + angle.cos()[:, None, None] * along[None, :, None]
        )
        return (1 - distance.abs()).clamp(min=0)
