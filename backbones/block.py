"""One pre-norm Transformer block, whole-image or windowed, with timm's parameter names.

Shapes: B images, T tokens, D width.
"""

from timm.layers import DropPath, LayerScale, Mlp, QuickGELU
from torch import Tensor, nn

from backbones.attention import Attention, RelPos
from backbones.relative_position import Bias

Grid = tuple[int, int]
ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "quick-gelu": QuickGELU}


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
        self.mlp = Mlp(dim, round(dim * mlp_ratio), act_layer=ACTIVATIONS[act])
        self.ls2 = LayerScale(dim, layer_scale) if layer_scale is not None else nn.Identity()
        self.drop_path = DropPath(drop_path) if drop_path > 0 else nn.Identity()

    def forward(self, x: Tensor, grid: Grid | None = None, bias: Bias | None = None) -> Tensor:
        """Tokens `[B, T, D]` to `[B, T, D]`; `grid` where windows or relative position need it."""
        attended = self.attn(self.norm1(x), grid, bias, window_size=self.window_size)
        x = x + self.drop_path(self.ls1(attended))
        return x + self.drop_path(self.ls2(self.mlp(self.norm2(x))))
