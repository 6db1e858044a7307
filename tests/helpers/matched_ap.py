"""AP from `matches.npz` alone, written from its definition: what readers of the file compute."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

RECALLS = np.linspace(0, 1, 101)


def matched_ap(kept: Any, kind: str) -> list[float]:
    """AP, AP50, AP75, AP small, medium, large as fractions; -1 where there is nothing to find."""
    curves = precisions(kept, kind)  # [K, A, T, R], NaN where there is no object
    thresholds, areas = kept["iou_thresholds"].tolist(), kept["areas"].tolist()
    at = {threshold: thresholds.index(threshold) for threshold in (0.5, 0.75)}
    whole = curves[:, areas.index("all")]
    parts = [whole, whole[:, at[0.5]], whole[:, at[0.75]]]
    parts += [curves[:, areas.index(name)] for name in ("small", "medium", "large")]
    return [-1.0 if np.isnan(part).all() else float(np.nanmean(part)) for part in parts]


def precisions(kept: Any, kind: str) -> NDArray[np.float64]:
    K, A, T = (len(kept[name]) for name in ("category_ids", "areas", "iou_thresholds"))
    hit, ignored = (bits(kept[f"{kind}_{name}"], A, T) for name in ("hit", "ignored"))
    objects = kept[f"{kind}_objects"]
    found = np.full((K, A, T, len(RECALLS)), np.nan)
    for k in range(K):
        rows = np.flatnonzero(kept[f"{kind}_category"] == k)
        rows = rows[np.argsort(-kept[f"{kind}_score"][rows], kind="stable")]
        for a in range(A):
            of_both = (objects[:, 0] == a) & (objects[:, 2] == k)
            total = objects[of_both, 3].sum()
            for t in range(T if total else 0):
                found[k, a, t] = curve(hit[rows, a, t], ignored[rows, a, t], total)
    return found


def curve(hit: Any, ignored: Any, total: int) -> NDArray[np.float64]:
    """Best precision at a recall or beyond it; 0 where it is never reached."""
    right = np.cumsum(hit).astype(float)
    wrong = np.cumsum(~hit & ~ignored).astype(float)
    precision = right / (right + wrong + np.spacing(1))
    best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    return best[np.searchsorted(right / total, RECALLS, side="left")]


def bits(packed: Any, A: int, T: int) -> NDArray[np.bool_]:  # noqa: N803
    """[D, A, T]"""
    return np.unpackbits(packed, axis=1, count=A * T).astype(bool).reshape(-1, A, T)
