"""Relative-position tables of one window resized for another, when a checkpoint is loaded."""

import math
from typing import Literal, get_args

import numpy as np
import torch
from scipy.interpolate import RectBivariateSpline
from torch import Tensor

from backbones.relative_position import resize_table

TableResize = Literal["bicubic", "geometric", "reinit"]
CLS_ROWS = 3  # class token to patches, patches to class token, to itself


def check_table_resize(method: str) -> None:
    if method not in get_args(TableResize):
        raise ValueError(f"rel_pos_resize must be one of {get_args(TableResize)}, got {method!r}")


def fitted_table(table: Tensor, wanted: Tensor, method: TableResize) -> Tensor | None:
    """`table`, of a square window, in the rows of `wanted`; None where no square windows fit.

    * bicubic: over the offsets as they are, as mmseg's MAE and this project do.
    * geometric: the old offsets are spread with a constant ratio, dense near zero, and a cubic
      spline runs through them (BEiT's fine-tuning code).
    * reinit: zeros, the start of a model without relative position.

    Rows of the class token are kept, and left out where the backbone has none.
    """
    for had, has in ((0, 0), (CLS_ROWS, CLS_ROWS), (CLS_ROWS, 0)):
        old, new = _side(len(table) - had), _side(len(wanted) - has)
        if old is None or new is None:
            continue
        if old == new:
            return table[: len(table) - had + has]
        if method == "reinit":
            return torch.zeros_like(wanted)
        offsets, kept = table[: len(table) - had], table[len(table) - had :][:has]
        if method == "geometric":
            return torch.cat([_geometric(offsets, old, new), kept])
        window = (old + 1) // 2, (new + 1) // 2
        return torch.cat([resize_table(offsets, (window[0],) * 2, (window[1],) * 2, extra=0), kept])
    return None


def _side(rows: int) -> int | None:
    """Offsets along one axis of a square window, always odd."""
    side = math.isqrt(max(rows, 0))
    return side if side**2 == rows and side % 2 else None


def _geometric(offsets: Tensor, old: int, new: int) -> Tensor:
    """`[old * old, h]` to `[new * new, h]`."""
    at = _spread(old // 2, new // 2)
    to = np.arange(-(new // 2), new // 2 + 1)
    resized = [
        RectBivariateSpline(at, at, head.reshape(old, old), kx=min(3, old - 1), ky=min(3, old - 1))(
            to, to
        )
        for head in offsets.double().T.cpu().numpy()
    ]
    return torch.from_numpy(np.stack(resized)).flatten(1).T.to(offsets)


def _spread(steps: int, reach: int) -> np.ndarray:
    """Positions of offsets -steps … steps, whose gaps 1, q, q², … grow until the last is `reach`.

    The ratio q is at least 1.01, as published; a smaller window so keeps nearly unit gaps.
    """

    def last(q: float) -> float:
        return float((q**steps - 1) / (q - 1))

    low, high = 1.01, max(1.5, float(reach))
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if last(middle) > reach else (middle, high)
    right = np.cumsum(low ** np.arange(steps))
    return np.concatenate([-right[::-1], [0.0], right])
