"""Pictures to rows of patch values and back, in the order of MAE's checkpoints.

Shapes: N images, C channels, gh × gw grid, L = gh * gw patches, p patch side, P = p * p * C values.
"""

from torch import Tensor


def patchify(images: Tensor, patch_size: int) -> Tensor:
    """`[N, C, H, W]` to `[N, L, P]`; within a patch: row, column, channel.

    Raises:
        ValueError: where a side is no multiple of the patch.
    """
    N, C, H, W = images.shape
    if H % patch_size or W % patch_size:
        raise ValueError(f"pictures of {H} x {W} pixels do not split into patches of {patch_size}")
    grid = images.reshape(N, C, H // patch_size, patch_size, W // patch_size, patch_size)
    return grid.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)  # [N, gh, gw, p, p, C]


def unpatchify(patches: Tensor, patch_size: int, grid: tuple[int, int]) -> Tensor:
    """`[N, L, P]` to `[N, C, H, W]`, the inverse of `patchify`.

    Raises:
        ValueError: where `patches` does not fill the grid.
    """
    N, L, P = patches.shape
    channels, rest = divmod(P, patch_size**2)
    if grid[0] * grid[1] != L or rest:
        raise ValueError(
            f"{L} patches of {P} values do not fill a grid of {grid} patches of side {patch_size}"
        )
    x = patches.reshape(N, *grid, patch_size, patch_size, channels)
    return x.permute(0, 5, 1, 3, 2, 4).reshape(
        N, channels, grid[0] * patch_size, grid[1] * patch_size
    )


def grid_of(images: Tensor, patch_size: int) -> tuple[int, int]:
    """Rows and columns of patches in `images` `[N, 3, H, W]`."""
    return images.shape[2] // patch_size, images.shape[3] // patch_size
