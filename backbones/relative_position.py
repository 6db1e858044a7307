"""Relative positions as an additive bias on attention scores, in the two published forms.

* Decomposed (MViTv2, ViTDet https://arxiv.org/abs/2203.16527): one learned vector per vertical and
  per horizontal offset, multiplied with the query.
* Table (BEiT https://arxiv.org/abs/2106.08254, Li et al. https://arxiv.org/abs/2111.11429): one
  learned number per 2-D offset and head, plus three for pairs with the class token.

A bias is kept in the small form it comes in; the [T, T] matrix is written out only a chunk of
queries at a time (`chunked.py`), or whole where a kernel wants it.

Shapes: B images or windows, h heads, T tokens = (1 +) gh * gw, d head width; a chunk is b images,
c heads, r rows of the grid, and R = (1 +) r * gw queries.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

Grid = tuple[int, int]


class Chunk(NamedTuple):
    """Queries that are worked on at a time: of some images and heads, whole rows of the grid."""

    images: slice
    heads: slice
    rows: range

    def queries(self, columns: int, prefix: int) -> slice:
        """Their places among the tokens; the class token goes with the first row."""
        start = prefix + self.rows.start * columns if self.rows.start else 0
        return slice(start, prefix + self.rows.stop * columns)


class DecomposedBias(NamedTuple):
    """`by_row[..., i, y] + by_column[..., i, x]` for query i and the key at (y, x)."""

    by_row: Tensor  # [B, h, T, gh]
    by_column: Tensor  # [B, h, T, gw]

    @property
    def grid(self) -> Grid:
        return self.by_row.shape[-1], self.by_column.shape[-1]

    @property
    def prefix(self) -> int:
        return 0

    @property
    def per_image(self) -> bool:
        return True

    def write(self, chunk: Chunk, out: Tensor) -> None:
        """The bias of a chunk of queries into `[b, c, R, T]`."""
        at = (chunk.images, chunk.heads, chunk.queries(self.grid[1], 0))
        rows, columns = self.by_row[at], self.by_column[at]
        torch.add(rows[..., :, None], columns[..., None, :], out=out.unflatten(-1, self.grid))

    def add_gradient(self, chunk: Chunk, gradient: Tensor) -> None:
        """Into tensors of these shapes: the gradient `[b, c, R, T]` of a chunk's bias."""
        at = (chunk.images, chunk.heads, chunk.queries(self.grid[1], 0))
        keys = gradient.unflatten(-1, self.grid)  # [b, c, R, gh, gw]
        self.by_row[at] += keys.sum(-1)
        self.by_column[at] += keys.sum(-2)


class TableBias(NamedTuple):
    """A table's numbers, laid out so that the bias of a row of queries is one slice.

    `strips[h, x, y' - y + gh - 1, x']` belongs to a query at (y, x) and a key at (y', x');
    `cls` are the class token's: to the patches, from the patches, to itself.
    """

    strips: Tensor  # [h, gw, 2 gh - 1, gw]
    cls: Tensor | None  # [3, h]

    @property
    def grid(self) -> Grid:
        return (self.strips.shape[2] + 1) // 2, self.strips.shape[3]

    @property
    def prefix(self) -> int:
        return 0 if self.cls is None else 1

    @property
    def per_image(self) -> bool:
        return False

    def row_pairs(self, chunk: Chunk, scores: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Strips and scores `[1, c, gw, gh, gw]` of each row of queries, views of both."""
        gh, gw = self.grid
        patches = scores[:, :, -len(chunk.rows) * gw :, self.prefix :]
        for i, y in enumerate(chunk.rows):
            strips = self.strips[chunk.heads, :, gh - 1 - y : 2 * gh - 1 - y]
            yield strips[None], patches[:, :, i * gw : (i + 1) * gw].unflatten(-1, self.grid)

    def write(self, chunk: Chunk, out: Tensor) -> None:
        """The bias of a chunk of queries into `[1, c, R, T]`."""
        for strips, scores in self.row_pairs(chunk, out):
            scores.copy_(strips)
        if self.cls is not None:
            to_patches, from_patches, itself = self.cls[:, chunk.heads, None]  # [c, 1] each
            out[0, :, :, 0] = from_patches
            if chunk.rows.start == 0:
                out[0, :, 0, 1:] = to_patches
                out[0, :, 0, :1] = itself

    def add_gradient(self, chunk: Chunk, gradient: Tensor) -> None:
        """Into tensors of these shapes: the gradient `[b, c, R, T]` of a chunk's bias."""
        total = gradient.sum(0, keepdim=True)  # [1, c, R, T]
        for strips, scores in self.row_pairs(chunk, total):
            strips += scores
        if self.cls is not None:
            first = self.prefix if chunk.rows.start == 0 else 0
            self.cls[1, chunk.heads] += total[0, :, first:, 0].sum(-1)
            if first:
                self.cls[0, chunk.heads] += total[0, :, 0, 1:].sum(-1)
                self.cls[2, chunk.heads] += total[0, :, 0, 0]

    def dense(self) -> Tensor:
        """The whole bias `[1, h, T, T]`, differentiable."""
        gh, gw = self.grid
        rows = self.strips.unfold(2, gh, 1).flip(2)  # [h, gw, gh, gw, gh]: query x, y, key x', y'
        bias = rows.permute(0, 2, 1, 4, 3).reshape(1, -1, gh * gw, gh * gw)
        if self.cls is None:
            return bias
        to_patches, from_patches, itself = self.cls[:, None, :, None, None]  # [1, h, 1, 1] each
        keys = torch.cat([from_patches.expand(-1, -1, gh * gw, -1), bias], dim=3)
        query = torch.cat([itself, to_patches.expand(-1, -1, -1, gh * gw)], dim=3)
        return torch.cat([query, keys], dim=2)


Bias = DecomposedBias | TableBias


def decomposed_bias(q: Tensor, rel_pos_h: Tensor, rel_pos_w: Tensor, grid: Grid) -> DecomposedBias:
    """From unscaled queries `[B, h, T, d]` and `[2 * size - 1, d]` vectors, in float32 or wider.

    Vectors learned for another size are resampled linearly.
    """
    with torch.autocast(q.device.type, enabled=False):
        dtype = torch.promote_types(q.dtype, rel_pos_h.dtype)
        rows, columns = (
            _offsets(vectors.to(dtype), size)
            for vectors, size in zip((rel_pos_h, rel_pos_w), grid, strict=True)
        )
        q = q.to(dtype).unflatten(2, grid)  # [B, h, gh, gw, d]
        by_row = torch.einsum("bhyxd,ykd->bhyxk", q, rows)  # [B, h, gh, gw, gh]
        by_column = torch.einsum("bhyxd,xkd->bhyxk", q, columns)  # [B, h, gh, gw, gw]
        return DecomposedBias(by_row.flatten(2, 3), by_column.flatten(2, 3))


def _offsets(vectors: Tensor, size: int) -> Tensor:
    """The vector of each query-key pair along one axis: `[2 * s - 1, d]` to `[size, size, d]`."""
    if len(vectors) != 2 * size - 1:
        vectors = F.interpolate(vectors.T[None], size=2 * size - 1, mode="linear")[0].T
    steps = torch.arange(size, device=vectors.device)
    return vectors[steps[:, None] - steps[None, :] + size - 1]


def table_bias(table: Tensor, window: Grid, grid: Grid, *, cls_token: bool) -> TableBias:
    """From a table made for `window`, at `grid`.

    `table` is `[(2 wh - 1) * (2 ww - 1) (+ 3), h]`; its last three rows are the class token's:
    to the patches, from the patches, to itself.
    """
    if window != grid:
        table = resize_table(table, window, grid, extra=3 if cls_token else 0)
    # embedding, not indexing: its gradient is summed without sorting the pairs
    # torch.compile cannot ask for the mode, and makes the index within its graph
    inference = not torch.compiler.is_compiling() and torch.is_inference_mode_enabled()
    index = strip_index(grid, table.device, inference)
    strips = F.embedding(index, table)  # [gw, 2 gh - 1, gw, h]
    return TableBias(strips.permute(3, 0, 1, 2).contiguous(), table[-3:] if cls_token else None)


def resize_table(table: Tensor, old: Grid, new: Grid, *, extra: int) -> Tensor:
    """A table for another window, by bicubic interpolation over offsets; `extra` rows are kept."""
    rows = len(table) - extra
    image = table[:rows].float().T.reshape(1, -1, 2 * old[0] - 1, 2 * old[1] - 1)
    image = F.interpolate(image, (2 * new[0] - 1, 2 * new[1] - 1), mode="bicubic")
    resized = image[0].flatten(1).T.to(table.dtype)
    return torch.cat([resized, table[rows:]])


@lru_cache(maxsize=32)
def strip_index(grid: Grid, device: torch.device, inference: bool = False) -> Tensor:
    """Row of the table for each entry of `TableBias.strips`, `[gw, 2 gh - 1, gw]`.

    One made under `inference` mode cannot be trained with, so it is kept apart. The table's rows
    run over y - y' + gh - 1, then x - x' + gw - 1, of query (y, x), key (y', x').
    """
    gh, gw = grid
    x = torch.arange(gw, device=device)
    rows = torch.arange(2 * gh - 2, -1, -1, device=device)  # from y' - y to y - y'
    return rows[None, :, None] * (2 * gw - 1) + (x[:, None] - x[None, :] + gw - 1)[:, None]


def table_rows(window: Grid, *, cls_token: bool) -> int:
    return (2 * window[0] - 1) * (2 * window[1] - 1) + (3 if cls_token else 0)
