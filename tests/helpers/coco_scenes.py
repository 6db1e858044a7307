"""COCO annotations and detections drawn at random, with all that makes their matching hard.

Crowds, objects of every size, pictures without objects or without detections, detections that find
one object twice, equal scores, and more detections of a class in a picture than are evaluated.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask

SIDE = 200
IMAGES = (7, 3, 11, 2, 90, 4)  # the last has neither objects nor detections
CATEGORIES = {5: "cat", 2: "dog", 9: "emu", 4: "fox"}  # no object is an emu, no detection a fox
CROWDED = (3, 2)  # picture and category with more than 100 detections

Box = list[float]


def write_annotations(file: Path, seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    found = [annotation(rng, image) for image in IMAGES[:4] for _ in range(14)]
    content = {
        "images": [{"id": id_, "width": SIDE, "height": SIDE} for id_ in IMAGES],
        "categories": [{"id": id_, "name": name} for id_, name in CATEGORIES.items()],
        "annotations": [{"id": i, **entry} for i, entry in enumerate(found, start=1)],
    }
    file.write_text(json.dumps(content))
    return file


def annotation(rng: np.random.Generator, image: int) -> dict[str, Any]:
    x, y, w, h = box = draw_box(rng)
    corners = [x, y, x + w, y, x + w, y + h, x, y + h]
    return {
        "image_id": image,
        "category_id": int(rng.choice([5, 2, 4])),
        "bbox": box,
        "area": w * h,
        "segmentation": [corners],
        "iscrowd": int(rng.random() < 0.15),
    }


def draw_box(rng: np.random.Generator) -> Box:
    """x, y, width, height in whole pixels; small, medium and large ones."""
    width, height = (int(rng.choice([8, 20, 50, 120]) + rng.integers(0, 8)) for _ in range(2))
    return [
        float(rng.integers(0, SIDE - width)),
        float(rng.integers(0, SIDE - height)),
        width,
        height,
    ]


def draw_detections(annotations: Path, seed: int = 0) -> list[dict[str, Any]]:
    """Most objects are found, some twice, at boxes that are somewhat off; much else is, too."""
    rng = np.random.default_rng(seed)
    found = []
    for entry in json.loads(annotations.read_text())["annotations"]:
        if entry["category_id"] == 4:
            continue
        for _ in range(rng.integers(0, 3)):
            shift = rng.integers(-4, 5, 4).tolist()
            moved = [max(1.0, side + by) for side, by in zip(entry["bbox"], shift, strict=True)]
            found.append(detection(rng, entry["image_id"], entry["category_id"], moved))
    for image in IMAGES[:5]:
        found += [
            detection(rng, image, int(rng.choice([5, 2, 9])), draw_box(rng)) for _ in range(9)
        ]
    found += [detection(rng, *CROWDED, draw_box(rng)) for _ in range(130)]
    return [found[i] for i in rng.permutation(len(found))]


def detection(rng: np.random.Generator, image: int, category: int, box: Box) -> dict[str, Any]:
    x, y, w, h = (int(side) for side in box)
    plane = np.zeros((SIDE, SIDE), np.uint8, order="F")
    plane[y : y + h, x : x + w] = 1
    encoded = mask.encode(plane)
    return {
        "image_id": image,
        "category_id": category,
        "bbox": [float(side) for side in box],
        "score": round(float(rng.random()), 1),
        "segmentation": {"size": encoded["size"], "counts": encoded["counts"].decode()},
    }
