"""One option moves the data; a run that cannot start says why, in a file too."""

import json
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from transfer.runner import follow_data_root, note_failures, replace_root


def config(root: Path | None) -> Config:
    return Config(
        {
            "data_root": str(root) if root else "data/coco",
            "paths_root": "data/coco",
            "train_dataloader": {"dataset": {"dataset": {"data_root": "data/coco"}}},
            "val_dataloader": {"dataset": {"data_root": "/elsewhere"}},
            "val_evaluator": {"ann_file": "data/coco/annotations/val.json"},
        }
    )


def test_paths_follow_data_root_at_any_depth(tmp_path: Path) -> None:
    cfg = config(tmp_path)
    follow_data_root(cfg)
    assert cfg.train_dataloader.dataset.dataset.data_root == str(tmp_path)
    assert cfg.val_evaluator.ann_file == f"{tmp_path}/annotations/val.json"


def test_a_path_given_by_hand_is_left_alone(tmp_path: Path) -> None:
    cfg = config(tmp_path)
    follow_data_root(cfg)
    assert cfg.val_dataloader.dataset.data_root == "/elsewhere"


def test_a_root_that_is_no_folder_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--cfg-options data_root=PATH"):
        follow_data_root(config(tmp_path / "nowhere"))


def test_a_name_that_only_begins_like_the_root_is_another_folder() -> None:
    assert replace_root("data/coco-mini/x", "data/coco", "new") == "data/coco-mini/x"
    assert replace_root(("data/coco",), "data/coco", "new") == ("new",)


def test_a_run_that_dies_before_training_leaves_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    (tmp_path / "failure.json").write_text("{}")
    note_failures(Config({"work_dir": str(tmp_path)}))
    assert not (tmp_path / "failure.json").exists()
    try:
        follow_data_root(config(tmp_path / "nowhere"))
    except FileNotFoundError:
        sys.excepthook(*sys.exc_info())
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "FileNotFoundError"
    assert "data_root" in failure["message"]
