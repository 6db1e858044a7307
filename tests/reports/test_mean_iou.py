"""Scores from counts an image, against MMSegmentation's metric and arithmetic by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from mmseg.evaluation.metrics import IoUMetric

from reports.mean_iou import accuracy, class_ious, mean_accuracy, mean_iou, pixel_accuracy

CLASSES = 5


@pytest.fixture
def areas() -> list[tuple[torch.Tensor, ...]]:
    """What mmseg counts on eight label maps; class 4 is nowhere, class 3 in one picture only."""
    rng = np.random.default_rng(0)
    found = []
    for i in range(8):
        label = torch.from_numpy(rng.integers(0, 4 if i == 2 else 3, (40, 50)))
        guess = torch.where(torch.rand(40, 50, generator=torch.manual_seed(i)) < 0.6, label, 1)
        found.append(IoUMetric.intersect_and_union(guess, label, CLASSES, ignore_index=255))
    return found


def counts(areas: Any, place: int) -> Any:
    return np.stack([area[place].numpy() for area in areas]).astype(np.int64)


def test_all_images_once_is_mmsegs_own_number(areas: Any) -> None:
    doubles = [tuple(area.double() for area in of) for of in areas]
    totals = [sum(columns) for columns in zip(*doubles, strict=True)]
    theirs = IoUMetric.total_area_to_metrics(*totals, metrics=["mIoU"])
    once = np.ones((1, 8), np.uint16)
    hits, union, label = (counts(areas, place) for place in (0, 1, 3))
    for ours, name in (
        (mean_iou(hits, union, once), "IoU"),
        (mean_accuracy(hits, label, once), "Acc"),
    ):
        assert ours == pytest.approx([100 * np.nanmean(theirs[name])], abs=1e-12, rel=1e-14)
    assert pixel_accuracy(hits, label, once) == pytest.approx([100 * theirs["aAcc"]], abs=1e-12)
    assert class_ious(hits, union, once)[0] == pytest.approx(100 * theirs["IoU"], nan_ok=True)


def test_a_weight_is_as_many_copies_of_the_image(areas: Any) -> None:
    hits, union = counts(areas, 0), counts(areas, 1)
    weights = np.array([[0, 3, 1, 0, 0, 2, 1, 1]], np.uint16)
    copied = np.repeat(np.arange(8), weights[0])
    once = np.ones((1, 8), np.uint16)
    assert mean_iou(hits, union, weights) == mean_iou(hits[copied], union[copied], once)


def test_a_class_that_a_draw_lacks_does_not_count(areas: Any) -> None:
    hits, union = counts(areas, 0), counts(areas, 1)
    without = np.ones((1, 8), np.uint16)
    without[0, 2] = 0
    ious = class_ious(hits, union, without)[0]
    assert np.isnan(ious[3:]).all()
    assert mean_iou(hits, union, without) == pytest.approx([ious[:3].mean()])


def test_accuracy_counts_images() -> None:
    right = np.array([True, False, True, True])
    weights = np.array([[1, 1, 1, 1], [0, 3, 0, 1]], np.uint16)
    assert accuracy(right, weights).tolist() == [75.0, 25.0]


def test_sums_of_billions_of_pixels_are_exact() -> None:
    union = np.full((1000, 1), 2**31 + 1, np.int64)
    hits = union.copy()
    hits[0] -= 1
    once = np.ones((1, 1000), np.uint16)
    assert mean_iou(hits, union, once)[0] == 100 * (1000 * (2**31 + 1) - 1) / (1000 * (2**31 + 1))
