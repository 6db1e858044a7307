"""Average precision from kept detections, in the cases that are easy to get wrong."""

import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from transfer.metrics.coco import RecordingCocoMetric, evaluate, fractions


@pytest.fixture
def truth(toy: Path) -> COCO:
    return COCO(str(toy / "coco/annotations/instances_val2017.json"))


def perfect(truth: COCO) -> list[dict]:
    return [
        {
            **{key: annotation[key] for key in ("image_id", "category_id", "bbox")},
            "segmentation": json.loads(json.dumps(rle(truth, annotation))),
            "score": 0.9,
        }
        for annotation in truth.anns.values()
    ]


def rle(truth: COCO, annotation: dict) -> dict:
    found = truth.annToRLE(annotation)
    return {"size": found["size"], "counts": found["counts"].decode()}


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_perfect_detections_score_one_and_no_detections_zero(truth: COCO, kind: str) -> None:
    where = (kind, truth.getImgIds(), truth.getCatIds())
    assert fractions(evaluate(truth, perfect(truth), *where))[0] == pytest.approx(1)
    none_large = -1.0  # in pictures of 96 pixels
    assert fractions(evaluate(truth, [], *where)) == [0.0, 0.0, 0.0, 0.0, 0.0, none_large]


def test_scoring_leaves_the_detections_as_they_were(truth: COCO) -> None:
    detections = perfect(truth)
    before = json.dumps(detections)
    evaluate(truth, detections, "segm", truth.getImgIds(), truth.getCatIds())
    assert json.dumps(detections) == before


def test_a_size_without_objects_is_left_out_of_the_record(toy: Path) -> None:
    path = toy / "coco/annotations/instances_val2017.json"
    metric = RecordingCocoMetric(str(path), metric=["bbox"])
    categories = json.loads(path.read_text())["categories"]
    metric.dataset_meta = {"classes": tuple(c["name"] for c in categories)}
    empty = {"labels": [], "bboxes": [], "scores": []}
    logged = metric.compute_metrics([({}, {"img_id": i, **empty}) for i in range(17, 22)])
    assert (logged["bbox_mAP"], logged["bbox_mAP_l"]) == (0.0, -1.0)
    assert metric.exact == {f"box_{name}": 0.0 for name in ("ap", "ap50", "ap75", "ap_s", "ap_m")}
    assert "box_objects" in metric.matches
    assert "mask_objects" not in metric.matches


def test_other_metrics_and_missing_annotations_are_named(tmp_path: Path, toy: Path) -> None:
    path = str(toy / "coco/annotations/instances_val2017.json")
    with pytest.raises(ValueError, match="bbox and segm"):
        RecordingCocoMetric(path, metric=["proposal"])
    with pytest.raises(FileNotFoundError, match="is data_root a COCO folder"):
        RecordingCocoMetric(str(tmp_path / "none.json"))
