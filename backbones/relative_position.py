"""Relative positions as an additive bias on attention scores, in the two published forms.

* Decomposed (MViTv2, ViTDet https://arxiv.org/abs/2203.16527): one learned vector per vertical and
  per horizontal offset, multiplied with the query.
* Table (BEiT https://arxiv.org/abs/2106.08254, Li et al. https://arxiv.org/abs/2111.11429): one
  learned number per 2-D offset and head, plus three for pairs with the class token.

Shapes: B images or windows, h heads, T tokens = (1 +) gh * gw, d head width.
"""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

Grid = tuple[int, int]


def decomposed_bias(q: Tensor, rel_pos_h: Tensor, rel_pos_w: Tensor, grid: Grid) -> Tensor:
    """Bias `[B, h, T, T]` from unscaled queries `[B, h, T, d]` and `[2 * size - 1, d]` vectors.

    Vectors learned for another size are resampled linearly.
    """
    gh, gw = grid
    q = q.unflatten(2, grid)  # [B, h, gh, gw, d]
    by_row = torch.einsum("bhyxd,ykd->bhyxk", q, _offsets(rel_pos_h, gh))  # [B, h, gh, gw, gh]
    by_column = torch.einsum("bhyxd,xkd->bhyxk", q, _offsets(rel_pos_w, gw))  # [B, h, gh, gw, gw]
    bias = by_row[..., :, None] + by_column[..., None, :]  # [B, h, gh, gw, gh, gw]
    return bias.reshape(*q.shape[:2], gh * gw, gh * gw)


def _offsets(vectors: Tensor, size: int) -> Tensor:
    """The vector of each query-key pair along one axis: `[2 * s - 1, d]` to `[size, size, d]`."""
    if len(vectors) != 2 * size - 1:
        vectors = F.interpolate(vectors.T[None], size=2 * size - 1, mode="linear")[0].T
    steps = torch.arange(size, device=vectors.device)
    return vectors[steps[:, None] - steps[None, :] + size - 1]


def table_bias(table: Tensor, window: Grid, grid: Grid, *, cls_token: bool) -> Tensor:
    """Bias `[1, h, T, T]` from a table made for `window`, at `grid`.

    `table` is `[(2 wh - 1) * (2 ww - 1) (+ 3), h]`; its last three rows are the class token's:
    to the patches, from the patches, to itself.
    """
    if window != grid:
        table = resize_table(table, window, grid, extra=3 if cls_token else 0)
    index = pair_index(grid, cls_token, table.device)  # [T, T]
    return table[index].permute(2, 0, 1)[None]


def resize_table(table: Tensor, old: Grid, new: Grid, *, extra: int) -> Tensor:
    """A table for another window, by bicubic interpolation over offsets; `extra` rows are kept."""
    rows = len(table) - extra
    image = table[:rows].float().T.reshape(1, -1, 2 * old[0] - 1, 2 * old[1] - 1)
    image = F.interpolate(image, (2 * new[0] - 1, 2 * new[1] - 1), mode="bicubic")
    resized = image[0].flatten(1).T.to(table.dtype)
    return torch.cat([resized, table[rows:]])


@lru_cache(maxsize=32)
def pair_index(grid: Grid, cls_token: bool, device: torch.device) -> Tensor:
    """Row of the table for each pair of tokens, `[T, T]`, row by row, class token first."""
    gh, gw = grid
    y, x = torch.meshgrid(torch.arange(gh), torch.arange(gw), indexing="ij")
    y, x = y.flatten(), x.flatten()  # [L]
    index = (y[:, None] - y[None, :] + gh - 1) * (2 * gw - 1) + (x[:, None] - x[None, :] + gw - 1)
    if cls_token:
        first = (2 * gh - 1) * (2 * gw - 1)
        index = F.pad(index, (1, 0, 1, 0))  # [1 + L, 1 + L]
        index[0, :] = first
        index[:, 0] = first + 1
        index[0, 0] = first + 2
    return index.to(device)


def table_rows(window: Grid, *, cls_token: bool) -> int:
    return (2 * window[0] - 1) * (2 * window[1] - 1) + (3 if cls_token else 0)
