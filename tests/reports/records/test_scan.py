"""Scanning never stops at a bad file: it names it and goes on."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from reports.records.scan import scan


def test_records_are_found_at_any_depth_in_path_order(demo: Any) -> None:
    found = scan(demo.root)
    paths = [record.path for record in found.records]
    assert paths == sorted(paths)
    assert len(paths) == 10
    assert found.left_out == ()


def test_a_missing_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere does not exist, expected the folder"):
        scan(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="file is a file, expected the folder"):
        scan(tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON, half-written"),
        ('{"schema": 1, "kind": "tran', "not JSON, half-written"),
        ("[1]", "expected a JSON object, got list"),
        ('{"schema": 7}', "schema is 7"),
    ],
)
def test_a_broken_record_is_named_and_left_out(demo: Any, text: str, reason: str) -> None:
    demo.put_text(text, "demo/coco/supervised/seed1")
    found = scan(demo.root)
    assert len(found.records) == 10
    (left,) = found.left_out
    assert left.path == "demo/coco/supervised/seed1/result.json"
    assert reason in left.reason


def test_bytes_that_are_not_text_are_left_out(demo: Any) -> None:
    file = demo.put_text("", "demo/coco/supervised/seed1")
    file.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in scan(demo.root).left_out[0].reason


def test_a_nan_metric_is_left_out_by_name(runs: Any, make_transfer: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=1.0)
    runs.put(make_transfer("random", "coco", 1, {"box_ap": float("nan")}))
    (left,) = scan(runs.root).left_out
    assert "metrics.box_ap.value is nan" in left.reason


def test_an_identical_copy_counts_once(demo: Any) -> None:
    shutil.copytree(demo.root / "demo/coco", demo.root / "copied/coco")
    found = scan(demo.root)
    assert len(found.records) == 10
    assert len(found.left_out) == 7
    # "copied" sorts before "demo", so the originals are the duplicates
    assert found.left_out[0].reason == "duplicate of copied/coco/mae-pixel/seed0/result.json"


def test_contradicting_copies_are_all_left_out(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=10.0, folder="a")
    runs.transfer("random", "coco", 0, box_ap=20.0, folder="b")
    runs.transfer("random", "coco", 1, box_ap=12.0)
    found = scan(runs.root)
    assert [record.seed for record in found.records] == [1]
    assert [item.path for item in found.left_out] == ["a/result.json", "b/result.json"]
    assert "same cell as b/result.json, with different numbers" in found.left_out[0].reason


def test_a_contradiction_of_many_copies_names_the_first_of_the_others(runs: Any) -> None:
    for i in range(9):
        runs.transfer("random", "coco", 0, box_ap=float(i), folder=f"copy{i}")
    reasons = {item.path[4]: item.reason for item in scan(runs.root).left_out}
    three = "copy{}/result.json, copy{}/result.json, copy{}/result.json and 5 more, with"
    assert f"same cell as {three.format(1, 2, 3)}" in reasons["0"]
    assert f"same cell as {three.format(0, 1, 3)}" in reasons["2"]
    assert f"same cell as {three.format(0, 1, 2)}" in reasons["8"]


def test_one_cell_under_two_protocols_is_no_duplicate(runs: Any, make_transfer: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=10.0)
    other = {"name": "coco/mask-rcnn_toy", "sha256": "99" * 32}
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 20.0}, protocol=other), "other")
    assert len(scan(runs.root).records) == 2


def test_failures_are_listed_in_their_own_words(demo: Any) -> None:
    told = {"error": "OSError", "message": "disk full", "traceback": "…", "when": "2026-01-01"}
    demo.put_text(json.dumps(told), "demo/coco/supervised/seed1", "failure.json")
    demo.put_text("{", "demo/coco/supervised/seed2", "failure.json")
    found = scan(demo.root)
    (failure,) = found.failures
    assert (failure.error, failure.message, failure.when) == ("OSError", "disk full", "2026-01-01")
    assert "a run failed here, but its failure.json is broken" in found.left_out[0].reason
