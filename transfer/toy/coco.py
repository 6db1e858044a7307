"""Scenes in the layout of COCO 2017: `train2017/`, `val2017/`, `annotations/instances_*.json`.

Polygons follow the visible pixels, several for a shape that another one cuts in two.
"""

from typing import Any

import cv2
import numpy as np

from transfer.toy.classes import CLASSES
from transfer.toy.scene import Instance, Mask

ENLARGE = 4  # contours run through pixel centres; on an enlarged mask they follow pixel edges
SMALLEST_AREA = 40  # pixels; what is left visible below this is not annotated
SMALLEST_PIECE = 10  # pixels; crumbs that another shape cut off are left out


def annotate(instances: list[Instance], image_id: int) -> list[dict[str, Any]]:
    """COCO annotations of one picture, without their running `id`."""
    annotations = []
    for instance in instances:
        mask = without_crumbs(instance.mask)
        area = int(np.count_nonzero(mask))
        polygons = polygons_of(mask) if area >= SMALLEST_AREA else []
        if polygons:
            annotations.append(
                {
                    "image_id": image_id,
                    "category_id": instance.class_index + 1,
                    "segmentation": polygons,
                    "area": area,
                    "bbox": _box(mask),
                    "iscrowd": 0,
                }
            )
    return annotations


def image_entry(image_id: int, size: int) -> dict[str, Any]:
    return {
        "id": image_id,
        "file_name": f"{image_id:012d}.jpg",
        "height": size,
        "width": size,
        "license": 1,
        "date_captured": "2000-01-01 00:00:00",
    }


def instances_file(
    images: list[dict[str, Any]], annotations: list[dict[str, Any]], first_id: int
) -> dict[str, Any]:
    """The content of `instances_{train,val}2017.json`."""
    categories = [
        {"id": i + 1, "name": name, "supercategory": name.split()[1]}
        for i, name in enumerate(CLASSES)
    ]
    return {
        "info": {"description": "toy scenes in the layout of COCO 2017", "year": 2000},
        "licenses": [{"id": 1, "name": "Public domain", "url": ""}],
        "images": images,
        "annotations": [{"id": first_id + i, **one} for i, one in enumerate(annotations)],
        "categories": categories,
    }


def without_crumbs(mask: Mask) -> Mask:
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= SMALLEST_PIECE
    large[0] = False  # what is not the shape
    return np.asarray(large[pieces])


def polygons_of(mask: Mask) -> list[list[float]]:
    """Outer contours in continuous picture coordinates, [x0, y0, x1, y1, …] each."""
    large = np.repeat(np.repeat(mask.astype(np.uint8), ENLARGE, 0), ENLARGE, 1)
    contours, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    polygons = []
    for contour in contours:
        points = cv2.approxPolyDP(contour, 0.6 * ENLARGE, True)[:, 0]  # [P, 2]
        if len(points) >= 3:
            polygons.append(((points + 0.5) / ENLARGE).round(2).ravel().tolist())
    return polygons


def _box(mask: Mask) -> list[float]:
    """[x, y, width, height] of the visible pixels."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, top = int(columns[0]), int(rows[0])
    return [float(left), float(top), float(columns[-1] + 1 - left), float(rows[-1] + 1 - top)]
