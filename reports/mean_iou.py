"""Mean IoU, pixel accuracies and top-k accuracy of resampled images, from counts an image.

Shapes: B resamples, n images, C classes.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Weights = NDArray[np.uint16]


def class_ious(intersection: Counts, union: Counts, weights: Weights) -> Floats:
    """IoU of every class in percent `[B, C]`; NaN for a class that is in none of the images.

    Sums of counts are exact in float64 below 2^53 pixels, which is 36 million images of 500 x 500.
    """
    drawn = weights.astype(np.float64)
    hits, either = drawn @ intersection.astype(np.float64), drawn @ union.astype(np.float64)
    return 100 * ratio(hits, either)


def mean_iou(intersection: Counts, union: Counts, weights: Weights) -> Floats:
    """Percent, `[B]`: classes that are in none of the images do not count (as mmseg)."""
    return mean_of_known(class_ious(intersection, union, weights))


def mean_accuracy(intersection: Counts, label: Counts, weights: Weights) -> Floats:
    """Percent of each class's pixels, averaged over classes, `[B]`."""
    return mean_of_known(class_ious(intersection, label, weights))


def pixel_accuracy(intersection: Counts, label: Counts, weights: Weights) -> Floats:
    """Percent of all pixels, `[B]`."""
    drawn = weights.astype(np.float64)
    return 100 * ratio(drawn @ intersection.sum(axis=1), drawn @ label.sum(axis=1))


def accuracy(right: NDArray[np.bool_], weights: Weights) -> Floats:
    """Percent of images that are right, `[B]`; `right` is `[n]`."""
    return 100 * ratio(weights.astype(np.float64) @ right, weights.sum(axis=1).astype(np.float64))


def ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def mean_of_known(values: Floats) -> Floats:
    """Mean over the last axis of what is not NaN."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(axis=-1)
    return ratio(total, known.sum(axis=-1).astype(np.float64))
