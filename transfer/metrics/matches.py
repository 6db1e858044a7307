"""What pycocotools matched: AP of any selection of the pictures, without annotations or masks.

Shapes: n pictures, K categories, T IoU thresholds, A ranges of areas, D detections, G rows.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.cocoeval import COCOeval

FILE = "matches.npz"
Arrays = dict[str, NDArray[Any]]


def matches_of(evaluation: COCOeval, kind: str) -> Arrays:
    """The matching that an evaluation found, as arrays of `matches.npz`; `kind` is box or mask.

    `{kind}_image`, `_category` (indices) and `_score` `[D]` are of every detection that takes part,
    by category, then picture, then descending score, ties as pycocotools breaks them. `{kind}_hit`
    and `_ignored` `[D, ceil(A * T / 8)]` hold the bits `[A, T]` of each: whether it found an object
    that counts, and whether it counts itself. `{kind}_objects` `[G, 4]` are area, picture, category
    and the number of objects that count, where there are any.
    """
    params = evaluation.params
    n, A, T = len(params.imgIds), len(params.areaRng), len(params.iouThrs)
    images, categories = [np.zeros(0, np.int32)], [np.zeros(0, np.int16)]
    scores = [np.zeros(0)]
    hits, ignored = [np.zeros((0, A * T), bool)], [np.zeros((0, A * T), bool)]
    objects = []
    for k in range(len(params.catIds)):
        for i in range(n):
            entries = [evaluation.evalImgs[(k * A + a) * n + i] for a in range(A)]
            if entries[0] is None:  # neither objects nor detections, whatever the area
                continue
            counts = [np.count_nonzero(entry["gtIgnore"] == 0) for entry in entries]
            objects += [(a, i, k, count) for a, count in enumerate(counts) if count]
            D = len(entries[0]["dtScores"])
            left_out = np.stack([entry["dtIgnore"] for entry in entries]).astype(bool)  # [A, T, D]
            found = np.stack([entry["dtMatches"] != 0 for entry in entries]) & ~left_out
            images.append(np.full(D, i, np.int32))
            categories.append(np.full(D, k, np.int16))
            scores.append(np.array(entries[0]["dtScores"], np.float64))
            hits.append(found.reshape(A * T, D).T)
            ignored.append(left_out.reshape(A * T, D).T)
    return {
        "image_ids": np.array(params.imgIds, np.int64),
        "category_ids": np.array(params.catIds, np.int64),
        "categories": np.array([evaluation.cocoGt.cats[id_]["name"] for id_ in params.catIds]),
        "iou_thresholds": np.array(params.iouThrs, np.float64),
        "areas": np.array(params.areaRngLbl),
        f"{kind}_image": np.concatenate(images),
        f"{kind}_category": np.concatenate(categories),
        f"{kind}_score": np.concatenate(scores),
        f"{kind}_hit": np.packbits(np.concatenate(hits), axis=1),
        f"{kind}_ignored": np.packbits(np.concatenate(ignored), axis=1),
        f"{kind}_objects": np.array(objects, np.int32).reshape(-1, 4),
    }
