"""Only a run of the same recipe and seed is continued; another is named, and moved if asked to."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config

from backbones.runs.provenance import plain_config
from pretrain.hooks.record import recipe_hash
from pretrain.recipe import complete
from pretrain.start import Start, find_start, move_aside


def recipe(pictures: Path, **options: Any) -> Config:
    config = Config.fromfile("pretrain/configs/demo/mae_pixel.py")
    config.merge_from_dict({"data_root": str(pictures), **options})
    complete(config, world_size=1)
    return config


def begun(work_dir: Path, config: Config, *, finished: bool = False) -> Path:
    work_dir.mkdir()
    meta = {"pretrain": {"config": plain_config(config.to_dict()), "encoder": None}}
    for epoch in (1, 2):
        torch.save({"state_dict": {}, "meta": meta}, work_dir / f"epoch_{epoch}.pth")
    if finished:
        record = {"protocol": {"sha256": recipe_hash(config)}, "seed": config.seed}
        (work_dir / "result.json").write_text(json.dumps(record))
    return work_dir


@pytest.mark.parametrize("finished", [False, True])
def test_the_same_recipe_goes_on_whatever_its_places(
    pictures: Path, tmp_path: Path, finished: bool
) -> None:
    work_dir = begun(tmp_path / "run", recipe(pictures), finished=finished)
    moved = recipe(pictures, workers=3, device_batch_size=8)
    expected = Start(work_dir / "epoch_2.pth", finished=finished)
    assert find_start(work_dir, moved, restart=True) == expected
    assert find_start(tmp_path / "none", moved, restart=True) == Start()


@pytest.mark.parametrize("finished", [False, True])
def test_another_recipe_is_refused_and_what_differs_is_named(
    pictures: Path, tmp_path: Path, finished: bool
) -> None:
    work_dir = begun(tmp_path / "run", recipe(pictures), finished=finished)
    changed = recipe(pictures, epochs=9, seed=1, **{"model.mask_ratio": 0.5})
    message = r"another recipe: epochs 22, now 9; seed 0, now 1; model\.mask_ratio 0\.75, now 0\.5"
    with pytest.raises(ValueError, match=message) as error:
        find_start(work_dir, changed, restart=False)
    assert "--restart-if-changed" in str(error.value)
    assert len(list(work_dir.glob("epoch_*.pth"))) == 2


def test_a_finished_run_without_checkpoints_is_known_by_its_record(
    pictures: Path, tmp_path: Path
) -> None:
    work_dir = begun(tmp_path / "run", recipe(pictures), finished=True)
    for path in work_dir.glob("*.pth"):
        path.unlink()
    assert find_start(work_dir, recipe(pictures), restart=False).finished
    with pytest.raises(ValueError, match="another recipe: recipe "):
        find_start(work_dir, recipe(pictures, epochs=9), restart=False)


def test_a_changed_run_is_moved_aside_and_begun_again(pictures: Path, tmp_path: Path) -> None:
    work_dir = begun(tmp_path / "run", recipe(pictures), finished=True)
    (tmp_path / "run.old-1").mkdir()  # of an earlier change
    start = find_start(work_dir, recipe(pictures, epochs=9), restart=True)
    assert (start.checkpoint, start.finished) == (None, False)
    assert "epochs 22, now 9" in start.note
    assert f"moved to {tmp_path}/run.old-2" in start.note
    assert list(work_dir.iterdir()) == []
    moved = {path.name for path in (tmp_path / "run.old-2").iterdir()}
    assert moved == {"epoch_1.pth", "epoch_2.pth", "old-result.json"}


def test_moving_keeps_the_folder_that_a_lock_is_held_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run").mkdir()
    before = Path("run").stat().st_ino
    (tmp_path / "run/log").touch()
    move_aside(Path("run"))
    assert Path("run").stat().st_ino == before
    assert (tmp_path / "run.old-1/log").exists()


def test_a_checkpoint_that_does_not_say_its_recipe_is_not_continued(
    pictures: Path, tmp_path: Path
) -> None:
    torch.save({"state_dict": {}, "meta": {"cfg": "epochs = 26"}}, tmp_path / "epoch_1.pth")
    with pytest.raises(ValueError, match="carries no config as plain data"):
        find_start(tmp_path, recipe(pictures), restart=False)
