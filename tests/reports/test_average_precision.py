"""Average precision of resampled images against pycocotools, which sees every copy as an image."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_scenes import CATEGORIES, IMAGES, draw_detections, write_annotations
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO

from reports.average_precision import BLOCK, interpolated, mean_ap, prepare
from reports.records.images import from_matches
from transfer.metrics.coco import KINDS, evaluate, fractions
from transfer.metrics.matches import matches_of

METRICS = ("ap", "ap50", "ap75")


def stats_and_matches(truth: COCO, detections: list[Any], kind: str) -> tuple[list[float], Any]:
    evaluation = evaluate(truth, detections, kind, sorted(truth.imgs), list(CATEGORIES))
    return fractions(evaluation), from_matches(matches_of(evaluation, KINDS[kind]))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_all_images_once_is_pycocotools_own_number(kind: str, seed: int, tmp_path: Path) -> None:
    file = write_annotations(tmp_path / "instances.json", seed)
    stats, found = stats_and_matches(COCO(str(file)), draw_detections(file, seed), kind)
    once = np.ones((1, len(IMAGES)), np.uint16)
    for metric, expected in zip(METRICS, stats, strict=False):
        values = found.metrics[f"{KINDS[kind]}_{metric}"](once).values
        assert values == pytest.approx([100 * expected], abs=1e-10, rel=0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", KINDS)
def test_a_weight_is_as_many_copies_of_the_image(kind: str, seed: int, tmp_path: Path) -> None:
    file = write_annotations(tmp_path / "instances.json", seed)
    detections = draw_detections(file, seed)
    for i, entry in enumerate(detections):  # copies of ties in one image have no order to agree on
        entry["score"] += 1e-9 * i
    _, found = stats_and_matches(COCO(str(file)), detections, kind)
    drawn = np.random.default_rng(seed).multinomial(6, np.full(6, 1 / 6)).astype(np.uint16)
    copied_file, copied = copies(file, detections, dict(zip(sorted(IMAGES), drawn, strict=True)))
    expected, _ = stats_and_matches(COCO(str(copied_file)), copied, kind)
    for metric, value in zip(METRICS, expected, strict=False):
        ours = found.metrics[f"{KINDS[kind]}_{metric}"](drawn[None]).values
        assert ours == pytest.approx([100 * value], abs=1e-10, rel=0)


def copies(file: Path, detections: list[Any], times: dict[int, int]) -> tuple[Path, list[Any]]:
    """Data in which every image is there so many times, each under an id of its own."""
    content = json.loads(file.read_text())
    ids = {image: [1000 * image + c for c in range(n)] for image, n in times.items()}
    new: dict[str, Any] = {"categories": content["categories"], "images": [], "annotations": []}
    for image in content["images"]:
        new["images"] += [{**image, "id": i} for i in ids[image["id"]]]
    for entry in content["annotations"]:
        for i in ids[entry["image_id"]]:
            number = len(new["annotations"]) + 1
            new["annotations"].append({**entry, "id": number, "image_id": i})
    target = file.with_name("copied.json")
    target.write_text(json.dumps(new))
    return target, [{**d, "image_id": i} for d in detections for i in ids[d["image_id"]]]


def test_many_resamples_are_each_on_their_own(tmp_path: Path) -> None:
    """Across the blocks and threads they are computed in."""
    file = write_annotations(tmp_path / "instances.json", 1)
    _, found = stats_and_matches(COCO(str(file)), draw_detections(file, 1), "bbox")
    rng = np.random.default_rng(0)
    weights = rng.integers(0, 4, (2 * BLOCK + 7, 6)).astype(np.uint16)
    score = found.metrics["box_ap"]
    together = score(weights)
    alone = np.array([score(row[None]).values[0] for row in weights])
    assert np.array_equal(together.values, alone, equal_nan=True)
    assert together.categories is not None
    assert together.categories.shape == (len(weights), len(CATEGORIES))


def test_a_draw_without_any_object_has_no_ap(tmp_path: Path) -> None:
    file = write_annotations(tmp_path / "instances.json")
    _, found = stats_and_matches(COCO(str(file)), draw_detections(file), "bbox")
    nothing = np.zeros((1, 6), np.uint16)
    nothing[0, 5] = 6  # only the image without objects
    assert np.isnan(found.metrics["box_ap"](nothing).values).all()


def test_weights_of_another_number_of_images_are_refused(tmp_path: Path) -> None:
    file = write_annotations(tmp_path / "instances.json")
    _, found = stats_and_matches(COCO(str(file)), draw_detections(file), "bbox")
    with pytest.raises(ValueError, match=r"weights are \(1, 5\), expected \[B, 6\]"):
        found.metrics["box_ap"](np.ones((1, 5), np.uint16))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 30))
def test_interpolation_is_the_textbook_one(hits: list[bool], missed: int) -> None:
    """The mean over 101 recall points of the highest precision at that recall or a higher one."""
    objects = sum(hits) + missed
    if not any(hits):
        return
    positive, seen = np.cumsum(hits), np.arange(1, len(hits) + 1)
    precision, recall = positive / seen, positive / objects
    points = [
        max(precision[recall >= r], default=0.0) if (recall >= r).any() else 0.0
        for r in np.linspace(0, 1, 101)
    ]
    where = np.flatnonzero(hits)
    ours = interpolated(
        positive[None, where].astype(np.int32),
        seen[None, where].astype(np.int32),
        np.array([float(objects)]),
    )
    assert ours == pytest.approx([np.mean(points)], abs=1e-12)


def test_a_category_without_objects_does_not_count_and_one_without_hits_is_zero() -> None:
    one = np.zeros((2, 1), bool)
    one[0] = True
    prepared = prepare(
        images=2,
        thresholds=[0.5],
        image=np.array([0, 1]),
        category=np.array([0, 2]),
        score=np.array([0.9, 0.8]),
        hit=one,
        ignored=np.zeros((2, 1), bool),
        objects=np.array([[0, 0, 1], [1, 1, 3]]),  # image, category, count
        categories=3,
    )
    scores = prepared.scores(np.ones((1, 2), np.uint16))
    assert scores[0, :, 0] == pytest.approx([100.0, 0.0, np.nan], nan_ok=True)
    assert mean_ap(scores) == pytest.approx([50.0])
