"""The command that gives COCO runs of schema 1 their matches."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_scenes import CATEGORIES, IMAGES, draw_detections, write_annotations
from pycocotools.coco import COCO

from transfer.matches import main
from transfer.metrics.coco import KINDS, evaluate, in_percent
from transfer.metrics.matches import matches_of


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    return write_annotations(tmp_path / "instances.json")


@pytest.fixture
def run(tmp_path: Path, annotations: Path) -> Path:
    """The folder of a run as schema 1 left it, with its configuration and two logs."""
    folder = tmp_path / "run"
    write(
        folder / "result.json", record_of(annotations, detections := draw_detections(annotations))
    )
    write(folder / "per_image.json", {"image_ids": list(IMAGES), "detections": detections})
    (folder / "toy.py").touch()
    for start in ("20260101_000000", "20260102_000000"):
        (folder / start).mkdir()
        (folder / start / f"{start}.log").touch()
    return folder


def record_of(annotations: Path, detections: list[dict], kinds: Any = tuple(KINDS)) -> dict:
    metrics: dict[str, Any] = {}
    for kind in kinds:
        where = (kind, list(IMAGES), list(CATEGORIES))
        metrics |= in_percent(evaluate(COCO(str(annotations)), detections, *where))
    return {
        "schema": 1,
        "kind": "transfer",
        "metrics": {name: {"value": value, "unit": "%"} for name, value in metrics.items()},
        "per_image": "per_image.json",
        "timing": {"wall_seconds": 2.5},
    }


def write(file: Path, content: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content))


def read(file: Path) -> Any:
    return json.loads(file.read_text())


def test_a_run_gets_the_matches_it_would_have_written(
    run: Path, annotations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read(run / "result.json")
    main([str(run), "--annotations", str(annotations)])
    assert read(run / "result.json") == {
        **before,
        "schema": 2,
        "per_image": {"detections": "per_image.json", "matches": "matches.npz"},
        "timing": {"wall_seconds": 2.5, "devices": None},
        "files": {"config": "toy.py"},  # which of the logs is the run's is not known
    }
    detections = read(run / "per_image.json")["detections"]
    with np.load(run / "matches.npz") as kept:
        for kind, name in KINDS.items():
            where = (kind, list(IMAGES), list(CATEGORIES))
            written = matches_of(evaluate(COCO(str(annotations)), detections, *where), name)
            assert all(np.array_equal(kept[key], array) for key, array in written.items())

    (run / "matches.npz").unlink()
    capsys.readouterr()
    main([str(run), "--annotations", str(annotations)])
    assert "is of schema 2 already, nothing to do" in capsys.readouterr().out


def test_a_run_of_boxes_alone_gets_no_masks(run: Path, annotations: Path) -> None:
    write(run / "result.json", record_of(annotations, draw_detections(annotations), ["bbox"]))
    main([str(run), "--annotations", str(annotations)])
    with np.load(run / "matches.npz") as kept:
        assert {name.split("_")[0] for name in kept} & {"box", "mask"} == {"box"}


def test_a_run_that_detected_nothing_had_zero_recorded_for_every_size(
    run: Path, annotations: Path
) -> None:
    content = read(annotations)
    content["annotations"] = [a for a in content["annotations"] if a["area"] < 96**2]
    write(annotations, content)
    names = [f"{kind}_{ap}" for kind in ("box", "mask") for ap in ("ap", "ap50", "ap_s", "ap_l")]
    record = {**read(run / "result.json"), "metrics": {name: {"value": 0.0} for name in names}}
    names_now = {f"{kind}_{ap}" for kind in ("box", "mask") for ap in ("ap75", "ap_m")}
    record["metrics"] |= {name: {"value": 0.0} for name in names_now}
    write(run / "result.json", record)
    write(run / "per_image.json", {"image_ids": list(IMAGES), "detections": []})
    main([str(run), "--annotations", str(annotations)])
    with np.load(run / "matches.npz") as kept:
        assert (len(kept["mask_score"]), len(kept["mask_objects"]) > 0) == (0, True)


def refused(run: Path, annotations: Path) -> str:
    """What it says; nothing is written."""
    before = {file: file.read_bytes() for file in run.glob("*.json")}
    with pytest.raises(SystemExit) as error:
        main([str(run), "--annotations", str(annotations)])
    assert before == {file: file.read_bytes() for file in run.glob("*.json")}
    assert not (run / "matches.npz").exists()
    return str(error.value)


def test_other_annotations_of_the_same_pictures_are_refused(run: Path, tmp_path: Path) -> None:
    said = refused(run, other := write_annotations(tmp_path / "other.json", seed=1))
    assert said.startswith(f"python -m transfer.matches: {other} does not give what {run}")
    assert re.search(r"box_ap \d+\.\d+, now \d", said)
    assert "not the annotations of the run" in said


def test_annotations_without_objects_are_refused(run: Path, annotations: Path) -> None:
    write(annotations, {**read(annotations), "annotations": []})
    assert "now None" in refused(run, annotations)


def without(key: str, value: int) -> Any:
    def changed(content: dict) -> dict:
        return {**content, key: [entry for entry in content[key] if entry["id"] != value]}

    return changed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("images", 90), r"lacks 1 of the 6 pictures in .*per_image\.json (e.g. 90)"),
        (without("categories", 9), "lacks the categories [9] that are detected"),
        (lambda content: {"images": content["images"]}, "has no annotations and no categories"),
        (lambda content: [content], "holds a list in place of an object"),
    ],
)
def test_annotations_of_other_data_are_named(
    change: Any, message: str, run: Path, annotations: Path
) -> None:
    write(annotations, change(read(annotations)))
    said = refused(run, annotations)
    assert all(part in said for part in message.replace("\\", "").split(".*"))


def test_missing_and_cut_files_are_named(run: Path, annotations: Path, tmp_path: Path) -> None:
    assert "there is no" in refused(run, tmp_path / "none.json")
    whole = (run / "per_image.json").read_bytes()
    (run / "per_image.json").write_bytes(whole[:-100])
    assert "per_image.json is not JSON or cut short" in refused(run, annotations)
    (run / "per_image.json").write_text('{"image_ids": [3]}')
    assert "must hold image_ids and detections, found image_ids" in refused(run, annotations)
    (run / "per_image.json").unlink()
    assert "without the detections of the run" in refused(run, annotations)
    (run / "result.json").unlink()
    assert "RUN must be the folder of a finished run" in refused(run, annotations)


@pytest.mark.parametrize("name", ["miou", "top1"])
def test_other_tasks_need_nothing(name: str, run: Path, annotations: Path) -> None:
    record = {**read(run / "result.json"), "metrics": {name: {"value": 50.0}}}
    write(run / "result.json", record)
    said = refused(run, annotations)
    assert f"holds {name} and no AP: only runs on COCO have matches" in said


def test_an_unknown_schema_is_refused(run: Path, annotations: Path) -> None:
    write(run / "result.json", {**read(run / "result.json"), "schema": 3})
    assert "schema is 3, 1 is read" in refused(run, annotations)
