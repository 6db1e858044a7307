"""iGPT's colour clusters (Chen et al. 2020, "Generative Pretraining from Pixels", section 4.2).

Colours are clustered by k-means (k = 512: nine bits in place of 24) and a model classifies the
cluster of every pixel of a picture of low resolution. There it is a sequence of 32 x 32 pixels;
here each patch predicts its own `side` x `side` pixels, so that any ViT and any mask can be used
(2 x 2 of a patch of 16 make 28 x 28 pixels of a picture of 224). That combination is ours.

Shapes: N images, L patches, s pixels along a patch, K colours, P = s * s * K values.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.patches import grid_of, patchify, unpatchify
from pretrain.targets.target import FittedTarget

ITERATIONS = 20  # of Lloyd's algorithm; the colours hardly move after that
SAMPLE = 200_000  # pixels the clusters are fitted on
CHUNK = 16_384  # pixels compared with all colours at a time


@MODELS.register_module()
class PaletteTarget(FittedTarget):
    """Cross-entropy on the nearest of `colours` colours of each low-resolution pixel.

    The buffer `palette` `[K, 3]`, in normalised units, lies in the checkpoint.

    Raises:
        ValueError: where the patch is not a multiple of `side`.
    """

    name = "palette"
    palette: Tensor

    def __init__(
        self, patch_size: int, *, colours: int = 512, side: int = 2, fit_on: int = 2_000
    ) -> None:
        super().__init__()
        if patch_size % side:
            raise ValueError(
                f"a patch of {patch_size} pixels does not shrink to {side}; set target.side"
            )
        self.patch_size, self.colours, self.side = patch_size, colours, side
        self.fit_on = fit_on
        self.width = side**2 * colours
        self.note = f"{colours} colours, {side} x {side} pixels a patch"
        self.register_buffer("palette", torch.zeros(colours, 3))

    def fit(self, batches: Iterable[Tensor]) -> str:
        """K-means on pixels of the shrunk pictures, started from random different pixels."""
        pixels = torch.cat([self.shrink(images).flatten(0, 2).float() for images in batches])
        generator = torch.Generator().manual_seed(0)
        order = torch.randperm(len(pixels), generator=generator).to(pixels.device)
        pixels = pixels[order[:SAMPLE]]
        different = torch.unique(pixels, dim=0)
        if len(different) < self.colours:
            raise ValueError(
                f"the training pictures hold {len(different)} different colours, fewer than "
                f"target.colours={self.colours}; lower it or set target.fit_on higher"
            )
        chosen = torch.randperm(len(different), generator=generator)[: self.colours]
        self.palette.copy_(different[chosen.to(different.device)])
        for _ in range(ITERATIONS):
            nearest = self.nearest(pixels)
            counts = torch.bincount(nearest, minlength=self.colours)[:, None]
            sums = torch.zeros_like(self.palette).index_add_(0, nearest, pixels)
            self.palette.copy_((sums / counts).where(counts > 0, self.palette))
        error = (pixels - self.palette[self.nearest(pixels)]).square().mean().sqrt()
        return f"{self.colours} colours fitted on {len(pixels)} pixels, RMS distance {error:.3f}"

    def shrink(self, images: Tensor) -> Tensor:
        """Each patch's `side` x `side` mean colours, `[N, L, s * s, 3]`."""
        small = F.avg_pool2d(images, self.patch_size // self.side)
        return patchify(small, self.side).unflatten(2, (self.side**2, 3))

    def nearest(self, pixels: Tensor) -> Tensor:
        """Index of the colour nearest to each pixel, `[M, 3]` to `[M]`."""
        palette = self.palette.to(pixels.dtype)
        parts = [torch.cdist(part, palette).argmin(1) for part in pixels.split(CHUNK)]
        return torch.cat(parts)

    def truth(self, images: Tensor) -> Tensor:
        pixels = self.shrink(images)
        return self.nearest(pixels.flatten(0, 2)).unflatten(0, pixels.shape[:3])  # [N, L, s s]

    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        logits = prediction.unflatten(-1, (self.side**2, self.colours))
        logits = logits.float() if logits.dtype.itemsize < 4 else logits
        losses = F.cross_entropy(logits.flatten(0, -2), truth.flatten(), reduction="none")
        return losses.unflatten(0, truth.shape).mean(dim=-1)

    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        logits = prediction.unflatten(-1, (self.side**2, self.colours))
        colours = self.palette.to(images.dtype)[logits.argmax(-1)]  # [N, L, s s, 3]
        small = unpatchify(colours.flatten(2), self.side, grid_of(images, self.patch_size))
        return F.interpolate(small, scale_factor=self.patch_size // self.side)
