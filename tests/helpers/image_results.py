"""Runs with per-image results that fit their records, made by code."""

from pathlib import Path
from typing import Any

import numpy as np

from reports.average_precision import mean_ap
from reports.benchmark.detections import THRESHOLDS, detect, draw_objects, prepared
from reports.benchmark.segments import draw_scenes, segment

IMAGES = 40
CLASSES = 5
NAMES = [f"class {i}" for i in range(CLASSES)]


def put_segmentation(
    runs: Any, make: Any, method: str, skill: float, *, seed: int = 0, **changes: Any
) -> Path:
    """A run on the same pictures as all others; higher skill, higher mIoU."""
    scenes = draw_scenes(IMAGES, CLASSES, np.random.default_rng(0))
    counts = segment(scenes, skill, np.random.default_rng([seed, *method.encode()]))
    miou = float(counts.score(np.ones((1, IMAGES), np.uint16))[0])
    record = make(method, "ade20k", seed, {"miou": miou}, n_images=IMAGES)
    record |= {"per_image": {"counts": "per_image.npz"}, "files": {}} | changes
    file = runs.put(record)
    np.savez_compressed(
        file.parent / "per_image.npz",
        image_ids=np.array([f"picture {i}" for i in range(IMAGES)]),
        intersection=counts.intersection,
        union=counts.union,
        label=counts.union,
        classes=np.array(NAMES),
    )
    return file


def put_detection(
    runs: Any, make: Any, method: str, skill: float, *, seed: int = 0, **changes: Any
) -> Path:
    objects = draw_objects(IMAGES, 6 * IMAGES, CLASSES, np.random.default_rng(0))
    found = detect(objects, 20, skill, np.random.default_rng([seed, *method.encode()]))
    ap = float(mean_ap(prepared(objects, found).scores(np.ones((1, IMAGES), np.uint16)))[0])
    record = make(method, "coco", seed, {"box_ap": ap}, n_images=IMAGES)
    record |= {"per_image": {"matches": "matches.npz"}, "files": {}} | changes
    file = runs.put(record)
    hit = np.packbits(found.hit, axis=1)  # one range of areas
    np.savez_compressed(
        file.parent / "matches.npz",
        image_ids=np.arange(IMAGES),
        category_ids=np.arange(CLASSES),
        categories=np.array(NAMES),
        iou_thresholds=THRESHOLDS,
        areas=np.array(["all"]),
        box_image=found.image.astype(np.int32),
        box_category=found.category.astype(np.int16),
        box_score=found.score,
        box_hit=hit,
        box_ignored=np.zeros_like(hit),
        box_objects=np.insert(objects.counted, 0, 0, axis=1).astype(np.int32),
    )
    return file


def change_arrays(file: Path, **changes: Any) -> None:
    """Replace arrays of an .npz; None takes one away."""
    with np.load(file) as found:
        arrays = dict(found) | changes
    np.savez_compressed(file, **{name: a for name, a in arrays.items() if a is not None})
