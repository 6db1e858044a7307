"""Multi-head self-attention over the whole image or in windows, with relative position.

One place decides how a bias meets the scores, `attend`; every way gives the same numbers.

Shapes: N images, B images or windows, T tokens, D width, h heads, d = D / h, w window side.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backbones.chunked import chunked_attention
from backbones.relative_position import (
    Bias,
    DecomposedBias,
    decomposed_bias,
    table_bias,
    table_rows,
)
from backbones.windows import from_windows, to_windows

Grid = tuple[int, int]
RelPos = Literal["decomposed", "table"] | None

FLASH_WIDTH = 256  # widest head of the CUDA flash kernel


class Attention(nn.Module):
    """Attention through PyTorch's fused kernels.

    `window` is the grid the relative-position weights are made for; they start at zero, so that a
    pretrained model without them is unchanged at first.
    """

    def __init__(
        self,
        dim: int,
        num_heads: int,
        *,
        rel_pos: RelPos = None,
        window: Grid = (14, 14),
        cls_token: bool = False,
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.rel_pos = rel_pos
        self.window = window
        self.cls_token = cls_token
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        if rel_pos == "decomposed":
            if cls_token:
                raise ValueError("decomposed relative position has no class token; cls_token=False")
            self.rel_pos_h = nn.Parameter(torch.zeros(2 * window[0] - 1, dim // num_heads))
            self.rel_pos_w = nn.Parameter(torch.zeros(2 * window[1] - 1, dim // num_heads))
        elif rel_pos == "table":
            rows = table_rows(window, cls_token=cls_token)
            self.relative_position_bias_table = nn.Parameter(torch.zeros(rows, num_heads))

    def forward(
        self,
        x: Tensor,
        grid: Grid | None = None,
        bias: Bias | None = None,
        *,
        window_size: int = 0,
    ) -> Tensor:
        """Tokens `[N, T, D]` to `[N, T, D]`; `window_size=0` attends over the whole image.

        Raises:
            ValueError: where windows or relative position need the `grid` that is not given.
        """
        qkv = self.qkv(x).unflatten(-1, (3, self.num_heads, -1))  # [N, T, 3, h, d]
        if not window_size:
            q, k, v = qkv.permute(2, 0, 3, 1, 4)  # [N, h, T, d] each
            out = self.attend(q, k, v, grid, bias).transpose(1, 2)  # [N, T, h, d]
            return self.proj(out.flatten(2))
        grid = _needed(grid)
        # padding is zero before the projection, so its bias after it
        padding = self.qkv.bias.to(qkv.dtype).view(qkv.shape[2:])
        q, k, v = to_windows(qkv, grid, window_size, padding)  # [N windows, h, w * w, d] each
        out = self.attend(q, k, v, (window_size, window_size), bias)
        return self.proj(from_windows(out, grid, window_size).flatten(2))

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, grid: Grid | None, bias: Bias | None
    ) -> Tensor:
        if self.rel_pos == "decomposed":
            bias = decomposed_bias(q, self.rel_pos_h, self.rel_pos_w, _needed(grid))
        elif self.rel_pos == "table":
            table = self.relative_position_bias_table
            bias = table_bias(table, self.window, _needed(grid), cls_token=self.cls_token)
        return attend(q, k, v, bias)


def _needed(grid: Grid | None) -> Grid:
    if grid is None:
        raise ValueError("windows and relative position need the grid the tokens lie on")
    return grid


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Bias | None) -> Tensor:
    """softmax(q kᵀ / √d + bias) v, `[B, h, T, d]` each, by the quickest way the device has.

    Without bias the fused kernel. On a CPU its gradient for a bias is missing: chunks of queries.
    Elsewhere a table becomes the kernel's mask, and a decomposed bias part of the dot product.
    """
    if bias is None:
        return F.scaled_dot_product_attention(q, k, v)
    if q.device.type == "cpu":
        return chunked_attention(q, k, v, bias)
    if isinstance(bias, DecomposedBias):
        return augmented_attention(q, k, v, bias)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias.dense().to(q.dtype))


def augmented_attention(q: Tensor, k: Tensor, v: Tensor, bias: DecomposedBias) -> Tensor:
    """A decomposed bias without a mask: scores are plain dot products of longer vectors.

    q' = [q / √d, by_row, by_column] and k' = [k, one-hot row, one-hot column] have the score as
    their product. The flash kernel wants v as wide as q' and k', and at most `FLASH_WIDTH`; where
    it cannot be used v stays as it is, for the memory-efficient kernel.
    """
    gh, gw = bias.grid
    d = q.shape[-1]
    rows = torch.eye(gh, device=k.device, dtype=k.dtype).repeat_interleave(gw, dim=0)  # [T, gh]
    columns = torch.eye(gw, device=k.device, dtype=k.dtype).repeat(gh, 1)  # [T, gw]
    keys = torch.cat([rows, columns], dim=1).expand(*k.shape[:3], -1)
    k = torch.cat([k, keys], dim=-1)  # [B, h, T, d + gh + gw]
    q = torch.cat([q * d**-0.5, bias.by_row.to(q.dtype), bias.by_column.to(q.dtype)], dim=-1)
    if q.dtype in (torch.float16, torch.bfloat16) and q.shape[-1] <= FLASH_WIDTH:
        v = F.pad(v, (0, gh + gw))
    return F.scaled_dot_product_attention(q, k, v, scale=1.0)[..., :d]
