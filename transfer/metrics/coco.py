"""COCO average precision, unrounded, with the detections kept.

MMDetection's metric rounds to three digits and throws the detections away.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdet.evaluation.metrics import CocoMetric
from mmengine.registry import METRICS
from pycocotools.cocoeval import COCOeval

from backbones.runs.files import write_atomic

Detection = dict[str, Any]
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
        self.exact = {}
        for kind in self.metrics:
            values = coco_stats(self._coco_api, self.detections, kind, self.img_ids, self.cat_ids)
            for (logged_name, name), value in zip(STATS.items(), values, strict=True):
                logged[f"{kind}_{logged_name}"] = round(value, 3)
                if value >= 0:  # -1: the data has no object of that size
                    self.exact[f"{KINDS[kind]}_{name}"] = 100 * value
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

    def save(self, folder: Path) -> str:
        """Write `per_image.json`; returns its name."""
        content = {"image_ids": list(self.img_ids), "detections": self.detections}
        write_atomic(folder / "per_image.json", json.dumps(content))
        return "per_image.json"


def coco_stats(
    truth: Any, detections: list[Detection], kind: str, image_ids: list[int], cat_ids: list[int]
) -> list[float]:
    """AP, AP50, AP75, AP small, medium, large as fractions; -1 where there is nothing to find."""
    # With a box beside the mask, pycocotools would size masks by their boxes.
    left_out = {"segm": ("bbox",), "bbox": ("segmentation",)}[kind]
    entries = [
        {key: value for key, value in detection.items() if key not in left_out}
        for detection in detections
    ]
    if not entries:  # nothing found; pycocotools cannot load an empty list
        return [0.0] * len(STATS)
    evaluation = COCOeval(truth, truth.loadRes(entries), kind)
    evaluation.params.imgIds, evaluation.params.catIds = image_ids, cat_ids
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return [float(value) for value in evaluation.stats[: len(STATS)]]
