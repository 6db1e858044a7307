"""Pictures from the runs: the last one that can be read, never one from elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from reports.figures import pictures
from reports.figures.pictures import last_pictures
from reports.records.scan import scan


def test_the_last_picture_of_a_run(demo: Any) -> None:
    found, left_out = last_pictures(scan(demo.root).records)
    (picture,) = found
    assert picture.title == "Pre-training: MAE (pixels), epoch 030"
    assert (picture.width, picture.height, picture.earlier) == (12, 8, 1)
    assert picture.mime == "image/png"
    assert left_out == []


def test_a_missing_picture_is_named_and_the_one_before_is_shown(demo: Any) -> None:
    (demo.root / "demo/pretrain/mae-pixel/rec/epoch_030.png").unlink()
    found, left_out = last_pictures(scan(demo.root).records)
    assert found[0].title.endswith("epoch 010")
    assert left_out[0].path == "demo/pretrain/mae-pixel/rec/epoch_030.png"
    assert "the file is missing" in left_out[0].reason


def test_a_half_written_picture_is_named_without_its_absolute_path(demo: Any) -> None:
    file: Path = demo.root / "demo/pretrain/mae-pixel/rec/epoch_030.png"
    file.write_bytes(file.read_bytes()[:60])
    _, (left,) = last_pictures(scan(demo.root).records)
    assert "cannot be read as a picture" in left.reason
    assert str(demo.root) not in left.reason


def test_a_path_out_of_the_folder_is_refused(demo: Any, make_pretrain: Any) -> None:
    demo.put(make_pretrain("beit", 1.0, figures=["../mae-pixel/rec/epoch_030.png"]), "demo/p/beit")
    _, (left,) = last_pictures(scan(demo.root).records)
    assert "lies outside the folder of its record" in left.reason


def test_a_huge_picture_is_not_carried(demo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST", 10)
    found, left_out = last_pictures(scan(demo.root).records)
    assert found == []
    assert "at most 10 go into the page" in left_out[0].reason
