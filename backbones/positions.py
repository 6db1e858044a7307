"""Absolute positions: the fixed sin-cos table of MAE and the resizing every transfer needs.

The table (https://arxiv.org/abs/2111.06377, appendix A.1) is built once, at the start of
pretraining, and from then on travels in the weights: the tables of the well-known code bases differ
(transposed grid, column order, frequencies), so rebuilding one at transfer is a silent bug.

Shapes: L = gh * gw patches, D width.
"""

import torch
import torch.nn.functional as F
from torch import Tensor


def sincos_2d(grid: tuple[int, int], dim: int, *, cls_token: bool = True) -> Tensor:
    """Sin-cos positions `[1, (1 +) L, dim]`; the class token's row is zero.

    The first half of the columns encodes the patch's column, the second half its row; in each half
    sines come before cosines, over frequencies 10000^(-2i / (dim / 2)).

    Raises:
        ValueError: where `dim` is not a multiple of 4.
    """
    if dim % 4:
        raise ValueError(f"a 2-D sin-cos table needs a width that is a multiple of 4, got {dim}")
    frequencies = 10000.0 ** -(torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    rows, columns = torch.meshgrid(
        torch.arange(grid[0], dtype=torch.float64),
        torch.arange(grid[1], dtype=torch.float64),
        indexing="ij",
    )

    def encode(coordinate: Tensor) -> Tensor:
        angle = coordinate.reshape(-1, 1) * frequencies  # [L, dim / 4]
        return torch.cat([angle.sin(), angle.cos()], dim=1)  # [L, dim / 2]

    table = torch.cat([encode(columns), encode(rows)], dim=1)  # [L, dim]
    if cls_token:
        table = torch.cat([table.new_zeros(1, dim), table])
    return table[None].float()


def resize_positions(
    positions: Tensor, old: tuple[int, int], new: tuple[int, int], *, prefix: int
) -> Tensor:
    """`[1, prefix + old_h * old_w, D]` to `[1, prefix + new_h * new_w, D]`, bicubic as in timm.

    Differentiable; the prefix (class token) rows are kept as they are. timm's own function hands
    PyTorch a channels-last view, which PyTorch 2.11 resizes wrongly to a single column.
    """
    if old == new:
        return positions
    patches = positions[:, prefix:].transpose(1, 2).unflatten(2, old)  # [1, D, old_h, old_w]
    resized = F.interpolate(
        patches.float().contiguous(), size=new, mode="bicubic", align_corners=False, antialias=True
    )
    rows = resized.flatten(2).transpose(1, 2).to(positions.dtype)
    return torch.cat([positions[:, :prefix], rows], dim=1)
