"""Mean IoU with every picture's intersections and unions kept.

Shapes: n pictures, C classes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import METRICS
from mmseg.evaluation.metrics import IoUMetric
from numpy.typing import NDArray

from backbones.runs.files import write_arrays

Counts = NDArray[np.int64]
NAMES = {"mIoU": "miou", "mAcc": "macc", "aAcc": "aacc"}


@METRICS.register_module()
class RecordingIoUMetric(IoUMetric):
    """MMSegmentation's IoUMetric; its logged values are unchanged, its sums are exact.

    `names` maps the logged values to the record's.
    """

    names = NAMES
    scale = 1.0  # logged in percent already

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.exact: dict[str, float] = {}
        self.per_image: dict[str, Any] = {}

    def process(self, data_batch: dict[str, Any], data_samples: Sequence[dict[str, Any]]) -> None:
        before = len(self.results)
        super().process(data_batch, data_samples)
        for offset, areas in enumerate(self.results[before:]):
            name = Path(data_samples[offset]["img_path"]).stem
            # float64: float32 sums are inexact above 16 million pixels
            self.results[before + offset] = (name, *(area.double() for area in areas))

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        logged: dict[str, float] = super().compute_metrics([areas for _, *areas in results])
        if not self.format_only:
            ids, intersection, union, _, label = zip(*results, strict=True)
            self.per_image = {
                "image_ids": np.array(ids, dtype=str),
                "intersection": _stack(intersection),
                "union": _stack(union),
                "label": _stack(label),
                "classes": np.array(self.dataset_meta["classes"], dtype=str),
            }
            self.exact = iou_metrics(
                self.per_image["intersection"], self.per_image["union"], self.per_image["label"]
            )
        return logged

    def save(self, folder: Path) -> dict[str, str]:
        """Write `per_image.npz`; returns its role and name."""
        write_arrays(folder / "per_image.npz", self.per_image)
        return {"counts": "per_image.npz"}


def iou_metrics(intersection: Counts, union: Counts, label: Counts) -> dict[str, float]:
    """Percent, from counts `[n, C]`. A class that is nowhere is left out of the means."""
    hits, either, truth = intersection.sum(0), union.sum(0), label.sum(0)  # [C]
    present = truth > 0
    return {
        "miou": 100 * float(np.mean(hits[either > 0] / either[either > 0])),
        "macc": 100 * float(np.mean(hits[present] / truth[present])),
        "aacc": 100 * float(hits.sum() / truth.sum()),
    }


def _stack(rows: Sequence[Any]) -> Counts:
    return np.stack([row.numpy() for row in rows]).astype(np.int64)
