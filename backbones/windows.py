"""Non-overlapping attention windows (ViTDet, https://arxiv.org/abs/2203.16527, section 3).

Queries, keys and values are cut after their projection, in the one copy that also brings heads
before tokens, so that no padding is projected.

Shapes: N images, L = gh * gw patches, w window side, h heads, d head width.
"""

import torch
from torch import Tensor

Grid = tuple[int, int]


def to_windows(x: Tensor, grid: Grid, window: int, padding: Tensor) -> Tensor:
    """`[N, L, 3, h, d]` to `[3, N * windows, h, w * w, d]`.

    Where windows do not divide the grid, `padding` `[3, h, d]` stands at the bottom and right.
    """
    (gh, gw), (ph, pw) = grid, padded(grid, window)
    x = x.unflatten(1, grid)  # [N, gh, gw, 3, h, d]
    if pw > gw:
        x = torch.cat([x, padding.expand(len(x), gh, pw - gw, -1, -1, -1)], dim=2)
    if ph > gh:
        x = torch.cat([x, padding.expand(len(x), ph - gh, pw, -1, -1, -1)], dim=1)
    x = x.unflatten(2, (-1, window)).unflatten(1, (-1, window))  # [N, a, w, b, w, 3, h, d]
    x = x.permute(5, 0, 1, 3, 6, 2, 4, 7)  # [3, N, a, b, h, w, w, d]
    return x.flatten(5, 6).flatten(1, 3)


def from_windows(x: Tensor, grid: Grid, window: int) -> Tensor:
    """`[N * windows, h, w * w, d]` to `[N, L, h, d]`, without the padding."""
    gh, gw = grid
    ph, pw = padded(grid, window)
    x = x.unflatten(2, (window, window)).unflatten(0, (-1, ph // window, pw // window))
    x = x.permute(0, 1, 4, 2, 5, 3, 6)  # [N, a, w, b, w, h, d]
    return x.flatten(3, 4).flatten(1, 2)[:, :gh, :gw].flatten(1, 2)


def padded(grid: Grid, window: int) -> Grid:
    """The smallest multiple of the window that holds the grid."""
    return grid[0] + -grid[0] % window, grid[1] + -grid[1] % window
