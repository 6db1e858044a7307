"""COCO average precision of resampled images: the matching stays, the accumulation is redone.

Drawing an image w times adds every one of its detections and objects w times, so a resample is a
weight an image. pycocotools then sorts, accumulates and interpolates; here the detections are
sorted once, and only true positives are visited: precision can only peak at one of them, so the
interpolated curve is the same. The weights' copies of one detection stand side by side, as they do
for pycocotools when a copied image follows the original.

Shapes: B resamples, n images, D detections, K categories, T IoU thresholds, A areas, m true
positives of one category and threshold.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.cores import cores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Weights = NDArray[np.uint16]

RECALLS = 101  # points 0, .01, …, 1 of recall at which precision is read off
GRID = np.append(np.linspace(0.0, 1.0, RECALLS), np.inf)
BLOCK = 100  # resamples at a time: enough to fill an operation, few enough to stay in the cache


@dataclass(frozen=True)
class Category:
    """One category's detections, best first, and its objects. Positions count detections."""

    images: Ints  # [D] of each detection, up to the last true positive
    hits: tuple[Ints, ...]  # T times [m]: positions of the true positives
    ignored: tuple[Ints, ...]  # T times: positions of what counts neither way, such as crowds
    object_images: Ints  # [G] images that hold objects …
    object_counts: Floats  # [G] … and how many


@dataclass(frozen=True)
class AveragePrecision:
    """Prepared once a run; `scores` is then cheap for any weights."""

    images: int
    thresholds: tuple[float, ...]
    categories: tuple[Category, ...]

    def scores(self, weights: Weights) -> Floats:
        """AP in percent `[B, K, T]` for weights `[B, n]`; NaN where nothing is to be found."""
        if weights.ndim != 2 or weights.shape[1] != self.images:
            raise ValueError(f"weights are {weights.shape}, expected [B, {self.images}]")
        found = np.empty((len(weights), len(self.categories), len(self.thresholds)))
        jobs = [
            (start, k) for start in range(0, len(weights), BLOCK) for k in range(found.shape[1])
        ]

        def work(job: tuple[int, int]) -> None:
            start, k = job
            block = slice(start, start + BLOCK)
            found[block, k] = category_scores(self.categories[k], weights[block])

        with ThreadPoolExecutor(cores()) as pool:  # numpy lets go of the interpreter's lock
            list(pool.map(work, jobs))
        return found


def prepare(
    *,
    images: int,
    thresholds: Iterable[float],
    image: Ints,
    category: Ints,
    score: Floats,
    hit: NDArray[np.bool_],
    ignored: NDArray[np.bool_],
    objects: Ints,
    categories: int,
) -> AveragePrecision:
    """Sort once.

    Args:
        image, category, score: `[D]`, detections of a category in the order of their images.
        hit, ignored: `[D, T]`, as matched for one range of areas.
        objects: `[G, 3]`, rows of image, category, count.
    """
    order = np.lexsort((np.arange(len(score)), -score, category))  # stable, as pycocotools sorts
    bounds = np.searchsorted(category[order], np.arange(categories + 1))
    prepared = []
    for k in range(categories):
        best_first = order[bounds[k] : bounds[k + 1]]
        hits = hit[best_first]  # [D, T]
        last = int(np.flatnonzero(hits.any(axis=1)).max(initial=-1)) + 1
        passed = ignored[best_first[:last]]
        own = objects[objects[:, 1] == k]
        prepared.append(
            Category(
                images=image[best_first[:last]],
                hits=tuple(np.flatnonzero(column) for column in hits.T),
                ignored=tuple(np.flatnonzero(column) for column in passed.T),
                object_images=own[:, 0],
                object_counts=own[:, 2].astype(np.float64),
            )
        )
    return AveragePrecision(images, tuple(thresholds), tuple(prepared))


def category_scores(category: Category, weights: Weights) -> Floats:
    """AP in percent `[B, T]` of one category."""
    objects = weights[:, category.object_images] @ category.object_counts  # [B]
    drawn = weights[:, category.images]  # [B, D]
    seen = np.cumsum(drawn, axis=1, dtype=np.int32)  # [B, D] detections down to each
    found = np.zeros((len(weights), len(category.hits)))
    for t, (hits, ignored) in enumerate(zip(category.hits, category.ignored, strict=True)):
        if hits.size == 0:
            continue
        positive = np.cumsum(drawn[:, hits], axis=1, dtype=np.int32)  # [B, m]
        total = seen[:, hits]
        if ignored.size:
            passed = np.cumsum(drawn[:, ignored], axis=1, dtype=np.int32)
            before = np.searchsorted(ignored, hits)  # [m] ignored ones above each true positive
            total = total - np.where(before > 0, passed[:, before - 1], 0)
        found[:, t] = interpolated(positive, total, objects)
    found[objects == 0] = np.nan
    return 100 * found


def interpolated(positive: NDArray[np.int32], total: NDArray[np.int32], objects: Floats) -> Floats:
    """Mean over the recall points of the best precision at or beyond each: `[B]`."""
    precision = positive / np.maximum(total, 1)  # [B, m]
    peak = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = positive / np.maximum(objects, 1)[:, None]
    reached = (recall * (RECALLS - 1)).astype(np.int32)  # recall points up to here, bar rounding
    reached += GRID[reached + 1] <= recall
    reached -= GRID[reached] > recall
    new = np.diff(reached, axis=1, prepend=-1)  # [B, m] points that this true positive is first at
    answer: Floats = np.einsum("bm,bm->b", peak, new) / RECALLS
    return answer


def mean_ap(scores: Floats) -> Floats:
    """`[B]` out of `[B, K, T]`: categories with nothing to find do not count."""
    flat = scores.reshape(len(scores), -1)
    known = ~np.isnan(flat)
    with np.errstate(invalid="ignore"):
        answer: Floats = np.where(known, flat, 0).sum(axis=1) / known.sum(axis=1)
    return answer
