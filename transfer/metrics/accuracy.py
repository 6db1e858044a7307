"""Top-1 and top-5 accuracy, every picture counted once, with what each was taken for.

Shapes: n pictures.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.dist import all_gather_object
from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS

from backbones.runs.files import write_arrays

Row = tuple[int, str, int, dict[str, list[int]]]  # index, path, label, classes best first


@METRICS.register_module()
class RecordingAccuracy(BaseMetric):
    """Percent of pictures whose class is the best, and among the five best.

    Samples are `{"ranked": {suffix: classes, best first}}`; `top1` and `top5` are of the empty
    suffix, others are counted as `top1_k10` and so on. `names` maps the logged values to the
    record's.
    """

    default_prefix = "accuracy"
    scale = 1.0  # logged in percent already

    def __init__(self) -> None:
        super().__init__()
        self.exact: dict[str, float] = {}
        self.per_image: dict[str, Any] = {}

    @property
    def names(self) -> dict[str, str]:
        return {f"{self.prefix}/{name}": name for name in self.exact}

    def process(self, data_batch: dict[str, Any], data_samples: Sequence[dict[str, Any]]) -> None:
        labels = data_batch["labels"].tolist()
        known = zip(data_batch["index"], data_batch["path"], labels, data_samples, strict=True)
        self.results += [(*picture, sample["ranked"]) for *picture, sample in known]

    def evaluate(self, size: int) -> dict[str, float]:
        """MMEngine's own drops repeated pictures by their place; this knows them by their index.

        Raises:
            ValueError: where not every one of the `size` pictures was seen.
        """
        seen: dict[int, Row] = {
            row[0]: row for rows in all_gather_object(self.results) for row in rows
        }
        self.results.clear()
        if len(seen) != size:
            raise ValueError(
                f"{len(seen)} of {size} validation pictures were seen; val_dataloader needs "
                "sampler.type=DefaultSampler, shuffle=False and drop_last=False"
            )
        return self.compute_metrics([seen[index] for index in sorted(seen)])

    def compute_metrics(self, results: list[Row]) -> dict[str, float]:
        _, paths, labels, ranked = zip(*results, strict=True)
        hits = {}
        for suffix in ranked[0]:
            pairs = list(zip((classes[suffix] for classes in ranked), labels, strict=True))
            hits[f"top1{suffix}"] = np.array([classes[0] == label for classes, label in pairs])
            hits[f"top5{suffix}"] = np.array([label in classes for classes, label in pairs])
        self.exact = {name: 100 * float(right.mean()) for name, right in hits.items()}
        self.per_image = {
            "image_ids": np.array(paths, dtype=str),
            "label": np.array(labels),
            "predicted": np.array([classes[""][0] for classes in ranked]),
            **hits,
            "classes": np.array(self.dataset_meta["classes"], dtype=str),
        }
        return {f"{self.prefix}/{name}": value for name, value in self.exact.items()}

    def save(self, folder: Path) -> dict[str, str]:
        """Write `per_image.npz`; returns its role and name."""
        write_arrays(folder / "per_image.npz", self.per_image)
        return {"answers": "per_image.npz"}
