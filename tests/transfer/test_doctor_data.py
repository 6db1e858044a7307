"""Broken data sets are told from whole ones, each with what is wrong."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backbones.shards.writer import write_shards
from transfer.doctor_data import check_ade20k, check_coco, check_imagenet, data_findings


@pytest.fixture
def broken(toy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(toy, tmp_path / "data"))


def test_a_missing_coco_picture_is_named(broken: Path) -> None:
    (broken / "coco/train2017/000000000003.jpg").unlink()
    state, _, remedy = check_coco(broken / "coco")
    assert state == "fail"
    assert "lacks 1 pictures, e.g. 000000000003.jpg" in remedy


def test_half_an_annotation_file_fails(broken: Path) -> None:
    path = broken / "coco/annotations/instances_val2017.json"
    path.write_text(json.dumps(json.loads(path.read_text()))[:100])
    assert check_coco(broken / "coco")[0] == "fail"


def test_a_picture_without_a_label_plane_is_named(broken: Path) -> None:
    (broken / "ade20k/annotations/validation/ADE_val_00000002.png").unlink()
    state, _, remedy = check_ade20k(broken / "ade20k")
    assert state == "fail"
    assert "ADE_val_00000002" in remedy


@pytest.mark.parametrize(
    ("plane", "message"),
    [
        (np.full((96, 96), 255, np.uint8), "ids 255"),
        (np.zeros((96, 96, 3), np.uint8), "not one plane"),
        (np.ones((48, 96), np.uint8), "its picture"),
    ],
)
def test_label_planes_that_make_no_sense_are_named(
    broken: Path, plane: np.ndarray, message: str
) -> None:
    Image.fromarray(plane).save(broken / "ade20k/annotations/training/ADE_train_00000001.png")
    state, what, _ = check_ade20k(broken / "ade20k")
    assert state == "fail"
    assert message in what


def test_an_image_folder_without_pictures_fails(tmp_path: Path) -> None:
    (tmp_path / "train/cat").mkdir(parents=True)
    assert check_imagenet(tmp_path)[0] == "fail"


def test_shards_are_counted_and_a_missing_one_is_named(folders: Path, tmp_path: Path) -> None:
    for split in ("train", "val"):
        write_shards(folders / split, tmp_path / split, 8)
    assert check_imagenet(tmp_path)[1].endswith(
        ": 48 pictures, 6 classes, 15 val, not the full 1281167"
    )
    (tmp_path / "val/shard-000000.tar").unlink()
    state, what, remedy = check_imagenet(tmp_path)
    assert (state, what) == ("fail", f"ImageNet {tmp_path}: val cannot be read")
    assert "no shard" in remedy


def test_a_root_that_is_missing_or_empty_fails(tmp_path: Path) -> None:
    assert [state for state, *_ in data_findings(tmp_path / "nowhere")] == ["fail"]
    assert "fail" in [state for state, *_ in data_findings(tmp_path)]
