"""One option moves the data, half a checkpoint stops a run, and a run that dies says why."""

import json
import runpy
import sys
from pathlib import Path

import mmseg
import pytest
import torch
from mmengine.config import Config

from transfer.runner import TransferRunner, follow_data_root, replace_root

ROOT = Path(__file__).parents[2]
TEST_SCRIPT = Path(mmseg.__file__).parent / ".mim/tools/test.py"


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
    cfg = config(tmp_path / "nowhere")
    cfg.work_dir = str(tmp_path)
    try:
        TransferRunner.from_cfg(cfg)
    except FileNotFoundError:
        sys.excepthook(*sys.exc_info())
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "FileNotFoundError"
    assert "data_root" in failure["message"]


@pytest.fixture
def half(run, tmp_path: Path) -> Path:
    """A checkpoint of a whole run, and one without the last tensor of its backbone."""
    whole = Path(run("ade20k/toy").work_dir) / "iter_2.pth"
    checkpoint = torch.load(whole, weights_only=False)
    del checkpoint["state_dict"]["backbone.blocks.3.mlp.fc2.bias"]
    torch.save(checkpoint, tmp_path / "half.pth")
    return tmp_path / "half.pth"


def test_half_a_checkpoint_is_neither_fine_tuned_nor_tested(
    run, half: Path, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `mim test mmsegmentation` runs it: by a script that does not look at `runner_type`."""
    message = r"(?s)missing keys.*blocks\.3\.mlp\.fc2\.bias"
    with pytest.raises(RuntimeError, match=message):
        run("ade20k/toy", load_from=str(half))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setenv("LOCAL_RANK", "0")  # the script sets it
    config, options = ROOT / "transfer/configs/ade20k/toy.py", f"data_root={toy}/ade20k"
    arguments = [str(config), str(half), "--work-dir", str(tmp_path), "--cfg-options", options]
    monkeypatch.setattr(sys, "argv", ["test.py", *arguments])
    with pytest.raises(RuntimeError, match=message):
        runpy.run_path(str(TEST_SCRIPT), run_name="__main__")
