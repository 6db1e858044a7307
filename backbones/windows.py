"""Non-overlapping attention windows (ViTDet, https://arxiv.org/abs/2203.16527, section 3).

Shapes: N images, gh x gw patches, w window side, D width.
"""

import torch.nn.functional as F
from torch import Tensor

Grid = tuple[int, int]


def to_windows(x: Tensor, window: int) -> tuple[Tensor, Grid]:
    """`[N, gh, gw, D]` to `[N * windows, w * w, D]`, zero-padded at the bottom and right.

    Also returns the padded grid, which `from_windows` needs.
    """
    N, gh, gw, D = x.shape
    pad_h, pad_w = -gh % window, -gw % window
    if pad_h or pad_w:
        x = F.pad(x, (0, 0, 0, pad_w, 0, pad_h))
    ph, pw = gh + pad_h, gw + pad_w
    x = x.reshape(N, ph // window, window, pw // window, window, D).transpose(2, 3)
    return x.reshape(-1, window * window, D), (ph, pw)


def from_windows(x: Tensor, window: int, padded: Grid, grid: Grid) -> Tensor:
    """Undo `to_windows`: `[N * windows, w * w, D]` to `[N, gh, gw, D]`."""
    (ph, pw), (gh, gw) = padded, grid
    x = x.reshape(-1, ph // window, pw // window, window, window, x.shape[-1]).transpose(2, 3)
    return x.reshape(-1, ph, pw, x.shape[-1])[:, :gh, :gw]
