"""The pixels of some patches, laid out as the patch projection's weight has them."""

import torch
from torch import Tensor

from backbones.options import Grid


def pixels_of(images: Tensor, index: Tensor, *, patch: int, grid: Grid) -> Tensor:
    """Of images `[N, 3, H, W]` the patches at `index` `[N, K]`: `[N, K, 3 * patch * patch]`.

    Raises:
        ValueError: for pictures that are not the grid `index` counts in.
    """
    gh, gw = grid
    if images.shape[2:] != (gh * patch, gw * patch):
        raise ValueError(
            f"pictures of {images.shape[2]} x {images.shape[3]} pixels are not the encoder's "
            f"img_size {(gh * patch, gw * patch)}, whose patches are masked"
        )
    tiles = images.unflatten(3, (gw, patch)).unflatten(2, (gh, patch)).permute(0, 2, 4, 1, 3, 5)
    picture = torch.arange(len(images), device=images.device)[:, None]
    return tiles[picture, index // gw, index % gw].flatten(2)
