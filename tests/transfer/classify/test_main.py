"""Whole runs of every protocol on toy scenes: what they leave, what they change, how they go on."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import transfer
from transfer.classify.__main__ import main

KINDS = ("finetune_toy", "partial_toy", "linear_toy", "knn_toy")
LINEAR = Path(transfer.__file__).parent / "configs/imagenet/linear_toy.py"
BLOCK = (
    *("norm1.weight", "norm1.bias", "attn.qkv.weight", "attn.qkv.bias"),
    *("attn.proj.weight", "attn.proj.bias", "norm2.weight", "norm2.bias"),
    *("mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_recorded_and_its_accuracy_recomputes(
    kind: str, classify: Any, read: Any, folders: Path
) -> None:
    found = read(folder := classify(kind, **{"cell.suite": "test", "randomness.seed": 3}))
    assert (found["schema"], found["kind"], found["seed"]) == (2, "transfer", 3)
    cell = {"suite": "test", "method": "mae-pixel", "task": "imagenet", "seed": 3}
    assert found["cell"] == cell
    assert found["protocol"]["name"] == f"imagenet/{kind}"
    assert found["checkpoint"]["load"]["missing"] == []
    assert (found["n_images"], found["limited"], found["n_skipped"]) == (15, False, 0)
    assert (found["data"]["name"], found["data"]["n_train"]) == ("imagenet", 48)
    assert found["timing"]["images_per_second"] > 0

    assert found["per_image"] == {"answers": "per_image.npz"}
    with np.load(folder / found["per_image"]["answers"]) as kept:
        paths = sorted(p.relative_to(folders / "val").as_posix() for p in folders.glob("val/*/*"))
        assert kept["image_ids"].tolist() == paths
        names = [kept["classes"][label] for label in kept["label"]]
        assert names == [path.split("/")[0] for path in paths]
        assert kept["top1"].tolist() == (kept["predicted"] == kept["label"]).tolist()
        assert (kept["top5"] >= kept["top1"]).all()
        for name in ("top1", "top5"):
            metric = found["metrics"][name]
            assert metric["value"] == 100 * kept[name].sum() / 15
            assert (metric["unit"], metric["higher_is_better"]) == ("%", True)


def test_several_numbers_of_neighbours_are_counted_in_one_pass(classify: Any, read: Any) -> None:
    folder = classify("knn_toy", **{"model.k": 3, "model.more_k": "[1,48]"})
    metrics = read(folder)["metrics"]
    assert {"top1", "top5", "top1_k1", "top5_k1", "top1_k48", "top5_k48"} == metrics.keys()
    assert metrics["top1_k1"] == metrics["top5_k1"]  # one neighbour names one class
    alone = read(classify("knn_toy", **{"model.k": 1, "model.more_k": "[]"}))["metrics"]
    assert alone["top1"] == metrics["top1_k1"]


def test_a_training_picture_is_its_own_nearest_neighbour(
    classify: Any, read: Any, folders: Path
) -> None:
    same = {"val_dataloader.dataset.root": folders / "train"}
    found = read(classify("knn_toy", **same, **{"model.k": 1, "model.more_k": "[]"}))
    assert (found["n_images"], found["metrics"]["top1"]["value"]) == (48, 100.0)


def test_linear_probing_changes_no_weight_of_the_encoder(classify: Any, changed: Any) -> None:
    folder = classify("linear_toy")
    assert changed(folder) == set()
    state = torch.load(folder / "epoch_2.pth", weights_only=False)
    assert state["state_dict"]["norm.num_batches_tracked"] == 12  # BatchNorm did see pictures
    assert state["state_dict"]["head.bias"].abs().sum() > 0
    assert sum(len(group["params"]) for group in state["optimizer"]["param_groups"]) == 2


@pytest.mark.parametrize("blocks", [0, 0.5, 1, 2, 4])
def test_partial_fine_tuning_changes_exactly_the_last_blocks(
    blocks: float, classify: Any, changed: Any, weights: Path
) -> None:
    found = changed(classify("partial_toy", **{"model.trainable_blocks": blocks}))
    if blocks == 0.5:
        part = ("norm2.", "mlp.")
        assert found == {f"blocks.3.{name}" for name in BLOCK if name.startswith(part)}
    elif blocks == 4:  # all of them: the embedding too
        everything = torch.load(weights, weights_only=True)["state_dict"].keys()
        # a mean over patch tokens hears of the class token only through attention
        assert found == everything - {"norm.weight", "norm.bias"}
    else:
        last = range(4 - int(blocks), 4)
        assert found == {f"blocks.{i}.{name}" for i in last for name in BLOCK}


def trained(folder: Path) -> tuple[Any, dict[str, torch.Tensor], Any]:
    found = json.loads((folder / "result.json").read_text())
    state = torch.load(folder / "epoch_4.pth", weights_only=False)["state_dict"]
    return found["metrics"], state, found["curves"]["loss"]


MIXED = {
    "epochs": 4,
    "model.mixup": 0.8,
    "model.cutmix": 1.0,
    "model.erasing": 0.5,
    "model.backbone.drop_path_rate": 0.2,
    "train_dataloader.dataset.augment": "rand-m9-mstd0.5-inc1",
    "device_batch_size": 4,
}


@pytest.mark.parametrize("kind", ["finetune_toy", "linear_toy"])
def test_a_killed_run_goes_on_to_the_numbers_of_one_that_was_not(
    kind: str, classify: Any, tmp_path: Path
) -> None:
    options = MIXED if kind == "finetune_toy" else {"epochs": 4, "device_batch_size": 4}
    whole = classify(kind, work_dir=tmp_path / "whole", **options)
    killed = tmp_path / "killed"
    # what a run that died in its third epoch leaves
    shutil.copytree(whole, killed, ignore=shutil.ignore_patterns("result.json", "epoch_4.pth"))
    assert (killed / "epoch_3.pth").exists()
    again = classify(kind, "--resume", work_dir=killed, **options)
    assert json.loads((again / "result.json").read_text())["timing"]["resumed_at"] == 3 * 12
    metrics, state, loss = trained(whole)
    resumed_metrics, resumed_state, resumed_loss = trained(again)
    assert resumed_metrics == metrics
    assert resumed_loss == loss
    for name, tensor in state.items():
        assert torch.equal(tensor, resumed_state[name]), name


def test_another_recipe_does_not_go_on(classify: Any) -> None:
    folder = classify("linear_toy")
    (folder / "result.json").unlink()
    with pytest.raises(ValueError, match="unfinished run that differs in configuration"):
        classify("linear_toy", "--resume", base_lr=7.0)


def test_the_linear_rate_is_logged(classify: Any) -> None:
    folder = classify("linear_toy", log_level="INFO", base_lr=16.0, device_batch_size=4)
    (log,) = folder.glob("*/*.log")
    sentence = "batch 8 = 1 processes x 4 pictures x 2 accumulated; learning rate 0.5 = base_lr 16"
    assert sentence in log.read_text()


@pytest.fixture
def own(folders: Path, tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(folders, tmp_path / "imagenet"))


@pytest.mark.parametrize("kind", ["linear_toy", "knn_toy"])
def test_a_broken_training_picture_is_skipped_and_counted(
    kind: str, classify: Any, read: Any, own: Path
) -> None:
    victim = sorted(own.glob("train/*/*.JPEG"))[7]
    victim.write_bytes(b"no picture")
    options = {"model.k": 47, "model.more_k": "[]"} if kind == "knn_toy" else {"epochs": 3}
    found = read(classify(kind, data_root=own, **options))
    assert found["n_skipped"] == 1
    assert found["n_images"] == 15


def test_no_more_neighbours_than_readable_pictures(classify: Any, own: Path) -> None:
    sorted(own.glob("train/*/*.JPEG"))[7].write_bytes(b"no picture")
    with pytest.raises(ValueError, match="48 neighbours cannot be found among 47 training picture"):
        classify("knn_toy", data_root=own, **{"model.k": 48, "model.more_k": "[]"})


def test_a_broken_validation_picture_stops_the_run_and_is_named(classify: Any, own: Path) -> None:
    victim = sorted(own.glob("val/*/*.JPEG"))[2]
    victim.write_bytes(victim.read_bytes()[:500])
    with pytest.raises(OSError, match=f"{victim.name} cannot be read as a picture"):
        classify("linear_toy", data_root=own)


def leave(classify: Any, **options: Any) -> str:
    with pytest.raises(SystemExit) as stopped:
        classify("linear_toy", **options)
    return str(stopped.value)


def test_class_folders_that_differ_are_named(classify: Any, own: Path, tmp_path: Path) -> None:
    (own / "val/dotted_disc").rename(own / "val/dotted_disk")
    (own / "val/dotted_disk/x.JPEG").write_bytes(b"")
    said = leave(classify, data_root=own)
    assert "1 only in training (dotted_disc) and 1 only in validation (dotted_disk)" in said
    failure = json.loads((tmp_path / "work/failure.json").read_text())
    assert failure["error"] == "ValueError"
    assert "dotted_disk" in failure["message"]


def test_a_head_of_another_size_is_refused(classify: Any, folders: Path) -> None:
    said = leave(classify, **{"model.num_classes": 1000})
    assert f"model.num_classes is 1000, but {folders}/train has 6 classes (checked_" in said


def test_what_follows_from_other_settings_is_not_set_by_hand(classify: Any) -> None:
    said = leave(classify, **{"optim_wrapper.optimizer.lr": 1.0})
    assert "optim_wrapper.optimizer.lr follows from other settings; set base_lr in its" in said


def test_missing_data_and_pictures(classify: Any, own: Path, tmp_path: Path) -> None:
    assert "give --cfg-options data_root=PATH" in leave(classify, data_root=tmp_path / "none")
    shutil.rmtree(own / "val")
    assert f"no folder of pictures at {own}/val" in leave(classify, data_root=own)


def test_a_launcher_that_needs_gpus_is_refused_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("SLURM_NTASKS", "2")
    with pytest.raises(SystemExit, match="--launcher slurm needs a GPU for each process"):
        main([str(LINEAR), "--work-dir", str(tmp_path), "--launcher", "slurm"])


def test_part_of_the_data_is_said_to_be_part(classify: Any, read: Any) -> None:
    found = read(classify("linear_toy", **{"val_dataloader.dataset.limit": 5}))
    assert (found["limited"], found["n_images"]) == (True, 5)
