"""Every AP follows from the matches alone, as pycocotools computes it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_scenes import CATEGORIES, CROWDED, IMAGES, draw_detections, write_annotations
from matched_ap import bits, matched_ap
from pycocotools.coco import COCO

from backbones.runs.files import write_arrays
from transfer.metrics.coco import KINDS, evaluate, fractions
from transfer.metrics.matches import matches_of

TYPES = {
    "image_ids": "i8",
    "category_ids": "i8",
    "categories": "U3",
    "iou_thresholds": "f8",
    "areas": "U6",
    "box_image": "i4",
    "box_category": "i2",
    "box_score": "f8",
    "box_hit": "u1",
    "box_ignored": "u1",
    "box_objects": "i4",
}


def evaluated(truth: COCO, detections: list[dict], kind: str, *subset: list[int]) -> Any:
    images, categories = subset or (list(IMAGES), list(CATEGORIES))
    return evaluate(truth, detections, kind, images, categories)


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    return write_annotations(tmp_path / "instances.json")


@pytest.fixture
def truth(annotations: Path) -> COCO:
    return COCO(str(annotations))


def kept(folder: Path, evaluation: Any, kind: str) -> dict[str, Any]:
    """What a reader finds in the file."""
    write_arrays(folder / "matches.npz", matches_of(evaluation, kind))
    with np.load(folder / "matches.npz") as file:
        return dict(file)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_every_ap_follows_from_the_matches_alone(kind: str, seed: int, tmp_path: Path) -> None:
    file = write_annotations(tmp_path / "instances.json", seed)
    evaluation = evaluated(COCO(str(file)), draw_detections(file, seed), kind)
    found = matched_ap(kept(tmp_path, evaluation, KINDS[kind]), KINDS[kind])
    assert min(found) > 0.01  # of every size something is found
    assert found == pytest.approx(fractions(evaluation), abs=1e-12, rel=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_of_the_pictures_and_categories(
    kind: str, annotations: Path, truth: COCO, tmp_path: Path
) -> None:
    detections = [d for d in draw_detections(annotations) if d["image_id"] in (90, 11, 3)]
    evaluation = evaluated(truth, detections, kind, [90, 11, 3, 11], [9, 5])
    found = kept(tmp_path, evaluation, KINDS[kind])
    assert found["image_ids"].tolist() == [3, 11, 90]
    assert (found["category_ids"].tolist(), found["categories"].tolist()) == (
        [5, 9],
        ["cat", "emu"],
    )
    again = matched_ap(found, KINDS[kind])
    assert again == pytest.approx(fractions(evaluation), abs=1e-12, rel=0)
    assert again[0] > 0


def test_arrays(annotations: Path, truth: COCO, tmp_path: Path) -> None:
    detections = draw_detections(annotations)
    found = kept(tmp_path, evaluated(truth, detections, "bbox"), "box")
    assert {name: array.dtype.str[1:] for name, array in found.items()} == TYPES
    assert found["image_ids"].tolist() == sorted(IMAGES)
    assert found["categories"].tolist() == ["dog", "fox", "cat", "emu"]
    assert found["areas"].tolist() == ["all", "small", "medium", "large"]
    assert found["iou_thresholds"] == pytest.approx(np.arange(0.5, 1, 0.05))

    columns = [found[f"box_{name}"].tolist() for name in ("category", "image", "score")]
    rows = list(zip(*columns, strict=True))
    assert rows == sorted(rows, key=lambda row: (row[0], row[1], -row[2]))
    of_crowded = sorted(
        (d["score"] for d in detections if (d["image_id"], d["category_id"]) == CROWDED),
        reverse=True,
    )
    assert len(of_crowded) > 100
    assert [score for *key, score in rows if key == [0, 1]] == of_crowded[:100]

    boxes = [a for a in truth.anns.values() if not a["iscrowd"]]
    objects = found["box_objects"]
    assert objects[objects[:, 0] == 0, 3].sum() == len(boxes)
    assert objects[objects[:, 0] == 1, 3].sum() == sum(a["area"] <= 32**2 for a in boxes)
    assert len({tuple(row) for row in objects[:, :3].tolist()}) == len(objects)
    hit, ignored = (bits(found[f"box_{name}"], 4, 10) for name in ("hit", "ignored"))
    assert hit.any()
    assert ignored.any()
    assert not (hit & ignored).any()


@pytest.mark.parametrize("kind", KINDS)
def test_without_detections_the_objects_are_kept(kind: str, truth: COCO, tmp_path: Path) -> None:
    evaluation = evaluated(truth, [], kind)
    found = kept(tmp_path, evaluation, name := KINDS[kind])
    assert found[f"{name}_hit"].shape == found[f"{name}_ignored"].shape == (0, 5)
    assert found[f"{name}_score"].shape == (0,)
    assert found[f"{name}_objects"][:, 3].sum() > 0
    assert matched_ap(found, name) == fractions(evaluation) == [0.0] * 6


def test_pictures_without_objects_have_no_ap(
    annotations: Path, truth: COCO, tmp_path: Path
) -> None:
    detections = [d for d in draw_detections(annotations) if d["image_id"] == 90]
    for some in (detections, []):
        evaluation = evaluated(truth, some, "bbox", [90, 4], list(CATEGORIES))
        found = kept(tmp_path, evaluation, "box")
        assert (len(found["box_score"]), found["box_objects"].shape) == (len(some), (0, 4))
        assert matched_ap(found, "box") == fractions(evaluation) == [-1.0] * 6
