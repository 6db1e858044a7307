"""One pre-norm Transformer block, whole-image or windowed, with timm's parameter names.

Shapes: B images (or windows), T tokens, D width, h heads, d = D / h.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from timm.layers import DropPath, LayerScale, Mlp, QuickGELU
from torch import Tensor, nn

from backbones.relative_position import decomposed_bias, table_bias, table_rows
from backbones.windows import from_windows, to_windows

Grid = tuple[int, int]
RelPos = Literal["decomposed", "table"] | None
ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "quick-gelu": QuickGELU}


class Attention(nn.Module):
    """Multi-head self-attention through PyTorch's fused kernel, relative position as its mask.

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

    def forward(self, x: Tensor, grid: Grid | None = None, bias: Tensor | None = None) -> Tensor:
        B, T, D = x.shape
        qkv = self.qkv(x).reshape(B, T, 3, self.num_heads, D // self.num_heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # [B, h, T, d] each
        if self.rel_pos is not None:
            if grid is None:
                raise ValueError("relative position needs the grid the tokens lie on")
            bias = self.relative_bias(q, grid)  # [B or 1, h, T, T]
        if bias is not None:
            bias = bias.to(q.dtype)
        x = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)  # [B, h, T, d]
        return self.proj(x.transpose(1, 2).reshape(B, T, D))

    def relative_bias(self, q: Tensor, grid: Grid) -> Tensor:
        if self.rel_pos == "decomposed":
            return decomposed_bias(q, self.rel_pos_h, self.rel_pos_w, grid)
        table = self.relative_position_bias_table
        return table_bias(table, self.window, grid, cls_token=self.cls_token)


class Block(nn.Module):
    """Attention and MLP with residuals. `window_size=0` attends over the whole image."""

    def __init__(
        self,
        dim: int,
        num_heads: int,
        *,
        mlp_ratio: float = 4.0,
        drop_path: float = 0.0,
        layer_scale: float | None = None,
        window_size: int = 0,
        rel_pos: RelPos = None,
        rel_pos_grid: Grid = (14, 14),
        cls_token: bool = False,
        act: str = "gelu",
        norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.window_size = window_size
        self.norm1 = nn.LayerNorm(dim, eps=norm_eps)
        self.attn = Attention(
            dim, num_heads, rel_pos=rel_pos, window=rel_pos_grid, cls_token=cls_token
        )
        self.ls1 = LayerScale(dim, layer_scale) if layer_scale is not None else nn.Identity()
        self.norm2 = nn.LayerNorm(dim, eps=norm_eps)
        self.mlp = Mlp(dim, int(dim * mlp_ratio), act_layer=ACTIVATIONS[act])
        self.ls2 = LayerScale(dim, layer_scale) if layer_scale is not None else nn.Identity()
        self.drop_path = DropPath(drop_path) if drop_path > 0 else nn.Identity()

    def forward(self, x: Tensor, grid: Grid | None = None, bias: Tensor | None = None) -> Tensor:
        """Tokens `[B, T, D]` to `[B, T, D]`; `grid` where windows or relative position need it."""
        x = x + self.drop_path(self.ls1(self.attend(self.norm1(x), grid, bias)))
        return x + self.drop_path(self.ls2(self.mlp(self.norm2(x))))

    def attend(self, x: Tensor, grid: Grid | None, bias: Tensor | None) -> Tensor:
        if not self.window_size:
            return self.attn(x, grid, bias)
        if grid is None:
            raise ValueError("windowed attention needs the grid the tokens lie on")
        size = self.window_size
        windows, padded = to_windows(x.unflatten(1, grid), size)  # [B * windows, w * w, D]
        windows = self.attn(windows, (size, size), bias)
        return from_windows(windows, size, padded, grid).flatten(1, 2)  # [B, T, D]
