"""Necks that turn a plain ViT's single-stride maps into a pyramid.

* `MultiLevelPyramid`: four depths, each rescaled (Li et al., https://arxiv.org/abs/2111.11429,
  section 2.1; MAE's and BEiT's UperNet). FPN or UperNet follows.
* `SimpleFeaturePyramid`: all levels from the last map (ViTDet, https://arxiv.org/abs/2203.16527,
  section 3).

Shapes: N images, D width, C output channels, h x w the ViT's grid.
"""

import math
from collections.abc import Callable, Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from timm.layers import LayerNorm2d
from torch import Tensor, nn

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "BN": nn.BatchNorm2d,
    "SyncBN": nn.SyncBatchNorm,
    "GN": lambda channels: nn.GroupNorm(math.gcd(32, channels), channels),
    "LN": LayerNorm2d,
}


def build_norm(name: str, channels: int) -> nn.Module:
    if name not in NORMS:
        raise ValueError(f"norm must be one of {', '.join(NORMS)}, got {name!r}")
    return NORMS[name](channels)


def _double(channels: int, out: int | None = None) -> nn.Module:
    return nn.ConvTranspose2d(channels, out or channels, kernel_size=2, stride=2)


@MODELS.register_module()
class MultiLevelPyramid(BaseModule):
    """Four maps `[N, D, h, w]` of rising depth to strides 4, 8, 16, 32 (for patch 16), width kept.

    x4 is deconvolution, norm, GELU, deconvolution; x2 one deconvolution; x1/2 a 2x2 max pool.

    Raises:
        ValueError: for a scale other than 4, 2, 1, 0.5, or another number of maps than scales.
    """

    def __init__(
        self,
        embed_dims: int,
        *,
        norm: str = "GN",
        rescales: Sequence[float] = (4, 2, 1, 0.5),
    ) -> None:
        super().__init__()
        builders: dict[float, Callable[[], nn.Module]] = {
            4: lambda: nn.Sequential(
                _double(embed_dims), build_norm(norm, embed_dims), nn.GELU(), _double(embed_dims)
            ),
            2: lambda: _double(embed_dims),
            1: nn.Identity,
            0.5: lambda: nn.MaxPool2d(kernel_size=2, stride=2, ceil_mode=True),
        }
        unknown = [scale for scale in rescales if scale not in builders]
        if unknown:
            raise ValueError(f"rescales are out of 4, 2, 1, 0.5; got {unknown}")
        self.levels = nn.ModuleList(builders[scale]() for scale in rescales)

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, ...]:
        if len(maps) != len(self.levels):
            raise ValueError(
                f"{len(maps)} maps for {len(self.levels)} levels; set the backbone's out_indices"
            )
        return tuple(level(x) for level, x in zip(self.levels, maps, strict=True))


@MODELS.register_module()
class SimpleFeaturePyramid(BaseModule):
    """The last map `[N, D, h, w]` to levels `[N, C, …]` at x4, x2, x1, x1/2 and max-pooled beyond.

    Each deconvolution halves the channels; every level ends with normed 1x1 and 3x3 convolutions.
    """

    def __init__(
        self,
        embed_dims: int,
        *,
        out_channels: int = 256,
        norm: str = "LN",
        num_outs: int = 5,
    ) -> None:
        super().__init__()
        if num_outs < 4:
            raise ValueError(f"the pyramid has four levels at least, got num_outs={num_outs}")
        half, quarter = embed_dims // 2, embed_dims // 4
        stems: tuple[tuple[list[nn.Module], int], ...] = (
            (
                [
                    _double(embed_dims, half),
                    build_norm(norm, half),
                    nn.GELU(),
                    _double(half, quarter),
                ],
                quarter,
            ),
            ([_double(embed_dims, half)], half),
            ([], embed_dims),
            ([nn.MaxPool2d(kernel_size=2, stride=2, ceil_mode=True)], embed_dims),
        )
        self.levels = nn.ModuleList(
            nn.Sequential(
                *stem,
                nn.Conv2d(width, out_channels, kernel_size=1, bias=False),
                build_norm(norm, out_channels),
                nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
                build_norm(norm, out_channels),
            )
            for stem, width in stems
        )
        self.extra = num_outs - len(self.levels)

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, ...]:
        x = maps[-1]
        levels = [level(x) for level in self.levels]
        for _ in range(self.extra):
            levels.append(F.max_pool2d(levels[-1], kernel_size=1, stride=2))
        return tuple(levels)
