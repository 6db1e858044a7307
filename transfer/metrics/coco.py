"""COCO average precision, unrounded, with the detections and what they matched kept.

MMDetection's metric rounds to three digits and throws the detections away.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdet.evaluation.metrics import CocoMetric
from mmengine.registry import METRICS
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from backbones.runs.files import write_arrays, write_atomic
from transfer.metrics.matches import FILE as MATCHES
from transfer.metrics.matches import Arrays, matches_of

Detection = dict[str, Any]
DETECTIONS = "per_image.json"
FILES = {"detections": DETECTIONS, "matches": MATCHES}  # by role
KINDS = {"bbox": "box", "segm": "mask"}
STATS = {"mAP": "ap", "mAP_50": "ap50", "mAP_75": "ap75", "mAP_s": "ap_s", "mAP_m": "ap_m"}
STATS["mAP_l"] = "ap_l"
NAMES = {
    f"coco/{kind}_{logged}": f"{KINDS[kind]}_{name}"
    for kind in KINDS
    for logged, name in STATS.items()
}


@METRICS.register_module()
class RecordingCocoMetric(CocoMetric):
    """Box and mask AP as pycocotools gives it: 100 detections a picture, IoU .50 to .95.

    `names` maps the logged values to the record's.
    """

    names = NAMES
    scale = 100.0  # logged as fractions

    def __init__(self, ann_file: str, metric: Sequence[str] = ("bbox", "segm"), **options: Any):
        unknown = set(metric) - KINDS.keys()
        if unknown:
            raise ValueError(f"metric must be out of bbox and segm, got {sorted(unknown)}")
        if not Path(ann_file).is_file():
            raise FileNotFoundError(f"no annotations at {ann_file}; is data_root a COCO folder?")
        super().__init__(ann_file=ann_file, metric=list(metric), **options)
        self.exact: dict[str, float] = {}
        self.detections: list[Detection] = []
        self.matches: Arrays = {}

    def compute_metrics(self, results: list[Any]) -> dict[str, float]:
        if self.format_only:
            formatted: dict[str, float] = super().compute_metrics(results)
            return formatted
        self.cat_ids = self._coco_api.get_cat_ids(cat_names=self.dataset_meta["classes"])
        self.img_ids = [prediction["img_id"] for _, prediction in results]
        self.detections = [
            detection for _, prediction in results for detection in self.in_coco_format(prediction)
        ]
        if self.outfile_prefix:
            write_atomic(f"{self.outfile_prefix}.segm.json", json.dumps(self.detections))
        logged: dict[str, float] = {}
        self.exact, self.matches = {}, {}
        for kind in self.metrics:
            found = evaluate(self._coco_api, self.detections, kind, self.img_ids, self.cat_ids)
            self.exact |= in_percent(found)
            self.matches |= matches_of(found, KINDS[kind])
            for name, value in zip(STATS, fractions(found), strict=True):
                logged[f"{kind}_{name}"] = round(value, 3)
        return logged

    def in_coco_format(self, prediction: dict[str, Any]) -> list[Detection]:
        """One picture's detections as COCO's result entries, box and mask in one."""
        detections = []
        for i, label in enumerate(prediction["labels"]):
            detection = {
                "image_id": int(prediction["img_id"]),
                "category_id": int(self.cat_ids[label]),
                "bbox": [float(x) for x in self.xyxy2xywh(prediction["bboxes"][i])],
                "score": float(prediction["scores"][i]),
            }
            if "masks" in prediction:
                mask = prediction["masks"][i]
                counts = mask["counts"]
                detection["segmentation"] = {
                    "size": [int(side) for side in mask["size"]],
                    "counts": counts.decode() if isinstance(counts, bytes) else counts,
                }
            detections.append(detection)
        return detections

    def save(self, folder: Path) -> dict[str, str]:
        """Write `per_image.json` and `matches.npz`; returns their roles and names."""
        content = {"image_ids": list(self.img_ids), "detections": self.detections}
        write_atomic(folder / DETECTIONS, json.dumps(content))
        write_arrays(folder / MATCHES, self.matches)
        return FILES


def evaluate(
    truth: COCO, detections: list[Detection], kind: str, image_ids: list[int], cat_ids: list[int]
) -> COCOeval:
    """pycocotools' evaluation of the detections, matched and summed up; `kind` is bbox or segm."""
    # With a box beside the mask, pycocotools would size masks by their boxes.
    left_out = {"segm": ("bbox",), "bbox": ("segmentation",)}[kind]
    entries = [
        {key: value for key, value in detection.items() if key not in left_out}
        for detection in detections
    ]
    found = truth.loadRes(entries) if entries else COCO()  # loadRes cannot load an empty list
    evaluation = COCOeval(truth, found, kind)
    evaluation.params.imgIds, evaluation.params.catIds = image_ids, cat_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation


def fractions(evaluation: COCOeval) -> list[float]:
    """AP, AP50, AP75, AP small, medium, large; -1 where there is nothing to find."""
    return [float(value) for value in evaluation.stats[: len(STATS)]]


def in_percent(evaluation: COCOeval) -> dict[str, float]:
    """The record's metrics; a size of which the data has no object is left out."""
    kind = KINDS[evaluation.params.iouType]
    values = zip(STATS.values(), fractions(evaluation), strict=True)
    return {f"{kind}_{name}": 100 * value for name, value in values if value >= 0}
