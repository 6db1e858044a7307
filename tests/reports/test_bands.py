"""Tolerances: each with its reason, for protocols that are published, and bands around numbers."""

import pytest

from reports.bands import ABOVE, BELOW, INSIDE, band_around, tolerance_for, tolerances
from reports.published import Published, published_numbers


def published(value: str) -> Published:
    return Published("p", "m", "base", "coco", "box_ap", value, "source", "", "")


def test_the_band_spans_every_published_number() -> None:
    tolerance = tolerance_for(protocol="imagenet/linear_vit-b_90e", metric="top1")
    assert tolerance is not None
    band = band_around([published("68.0"), published("67.1"), published("67.8")], tolerance)
    assert (band.low, band.high) == pytest.approx((66.5, 68.6))


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(50.0, INSIDE), (50.6, INSIDE), (49.99, BELOW), (50.61, ABOVE), (50.3, INSIDE)],
)
def test_its_edges_are_inside_on_both_sides(value: float, verdict: str) -> None:
    tolerance = tolerance_for(protocol="coco/mask-rcnn_vit-b_fpn_lsj-100e", metric="box_ap")
    assert tolerance is not None
    assert band_around([published("50.3")], tolerance).verdict(value) == verdict


@pytest.mark.parametrize(
    ("protocol", "metric", "expected"),
    [
        ("coco/mask-rcnn_vit-l_fpn_lsj-100e", "mask_ap", 0.3),
        ("coco/mask-rcnn_vitdet-b_lsj-100e", "box_ap", 0.5),
        ("coco/mask-rcnn_vitdet-h_lsj-75e", "mask_ap", 0.4),
        ("ade20k/upernet_vit-b_512x512_160k", "miou", 0.5),
        ("imagenet/finetune-release_vit-b_100e", "top1", 0.25),
        ("imagenet/linear_vit-h_90e", "top1", 0.6),
        ("imagenet/partial-4_vit-l_50e", "top1", None),  # no spread or reproduction is known
        ("imagenet/knn_vit-b", "top1_k10", None),
        ("coco/toy", "box_ap", None),
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", "box_ap50", None),
    ],
)
def test_the_tolerance_of_a_protocol(protocol: str, metric: str, expected: float | None) -> None:
    found = tolerance_for(protocol=protocol, metric=metric)
    assert (found.value if found else None) == expected


def test_every_tolerance_has_a_reason_a_source_and_a_number_to_be_used_for() -> None:
    for row in tolerances():
        assert row.why, row
        assert row.source, row
        assert 0 < row.value < 1, row
        assert any(
            tolerance_for(protocol=number.protocol, metric=number.metric) == row
            for number in published_numbers()
        ), row


def test_the_runs_that_a_tolerance_was_taken_from_are_inside() -> None:
    """facebookresearch/mae, FINETUNE.md: four runs of ViT-B, beside the number released."""
    tolerance = tolerance_for(protocol="imagenet/finetune-release_vit-b_100e", metric="top1")
    assert tolerance is not None
    band = band_around([published("83.664")], tolerance)
    assert {band.verdict(run) for run in (83.63, 83.66, 83.52, 83.46)} == {INSIDE}
