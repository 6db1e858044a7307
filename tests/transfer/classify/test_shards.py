"""Runs from shards are the runs from the folders they were written from."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from file_server import FileServer, serving


def content(folder: Path) -> dict[str, Any]:
    with np.load(folder / "per_image.npz") as kept:
        return {name: kept[name].tolist() for name in kept.files}


def comparable(record: dict[str, Any]) -> dict[str, Any]:
    """What must be equal for two results to be compared, and the result."""
    keys = ("metrics", "protocol", "data", "n_images", "limited", "batch_size", "curves")
    return {key: record[key] for key in keys}


OPTIONS: dict[str, dict[str, Any]] = {
    "knn_toy": {},
    "linear_toy": {},
    "partial_toy": {},
    "finetune_toy": {"workers": 1, "train_dataloader.dataset.augment": "rand-m9-mstd0.5-inc1"},
}


@pytest.mark.parametrize("kind", OPTIONS)
def test_shards_on_this_machine_make_the_same_run(
    kind: str, classify: Any, read: Any, shards: Path, tmp_path: Path
) -> None:
    folder = classify(kind, **OPTIONS[kind], work_dir=tmp_path / "folder")
    sharded = classify(kind, **OPTIONS[kind], data_root=shards, work_dir=tmp_path / "shards")
    assert comparable(read(sharded)) == comparable(read(folder))
    assert content(sharded) == content(folder)
    if kind != "knn_toy":
        weights = [
            torch.load(place / "epoch_2.pth", weights_only=False)["state_dict"]
            for place in (folder, sharded)
        ]
        assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def far(root: FileServer, cache: Path) -> dict[str, Any]:
    return {"data_root": f"{root.url}/imagenet/", "train_dataloader.dataset.cache": cache}


@pytest.mark.parametrize("workers", [0, 2])
def test_neighbours_from_a_server_are_the_same(
    classify: Any, read: Any, shards: Path, tmp_path: Path, workers: int
) -> None:
    near = classify("knn_toy", data_root=shards, work_dir=tmp_path / "near")
    with serving(tmp_path) as server:
        options = far(server, tmp_path / "cache")
        found = classify("knn_toy", work_dir=tmp_path / "far", workers=workers, **options)
    assert comparable(read(found)) == comparable(read(near))
    assert content(found) == content(near)
    assert len(set(server.shards)) == len(server.shards) == 6 + 2
    assert len(list((tmp_path / "cache").glob("*.tar"))) == 8


def test_training_from_a_server_is_listed_and_goes_on(
    classify: Any, read: Any, shards: Path, tmp_path: Path
) -> None:
    """Another order of pictures is another protocol; names and data stay the same."""
    near = read(classify("linear_toy", data_root=shards, work_dir=tmp_path / "near"))
    with serving(tmp_path) as server:
        options = {**far(server, tmp_path / "cache"), "epochs": 3}
        whole = classify("linear_toy", work_dir=tmp_path / "far", **options)
        killed = tmp_path / "killed"
        shutil.copytree(whole, killed, ignore=shutil.ignore_patterns("result.json", "epoch_3.pth"))
        again = read(classify("linear_toy", "--resume", work_dir=killed, **options))
    found = read(whole)
    assert found["protocol"]["changed"]["train_dataloader.sampler.type"] == "ShardSampler"
    assert found["protocol"]["sha256"] != near["protocol"]["sha256"]
    assert found["data"] == near["data"]
    assert content(whole)["image_ids"] == content(tmp_path / "near")["image_ids"]
    assert (again["metrics"], again["curves"]) == (found["metrics"], found["curves"])
    assert again["timing"]["resumed_at"] == 2 * 6


def test_part_of_the_shards_is_the_same_part(
    classify: Any, read: Any, shards: Path, tmp_path: Path
) -> None:
    options = {
        "train_dataloader.dataset.limit": 21,
        "val_dataloader.dataset.limit": 5,
        "model.k": 3,
        "model.more_k": "[]",
    }
    folder = classify("knn_toy", **options, work_dir=tmp_path / "folder")
    sharded = classify("knn_toy", **options, data_root=shards, work_dir=tmp_path / "shards")
    assert read(sharded)["limited"]
    assert comparable(read(sharded)) == comparable(read(folder))
    assert content(sharded) == content(folder)


def leave(classify: Any, **options: Any) -> str:
    with pytest.raises(SystemExit) as stopped:
        classify("linear_toy", **options)
    return str(stopped.value)


def test_shards_that_do_not_fit_together_are_named(
    classify: Any, shards: Path, folders: Path, tmp_path: Path
) -> None:
    index = shards / "val/index.json"
    known = json.loads(index.read_text())
    index.write_text(json.dumps({**known, "classes": ["disk", *known["classes"][1:]]}))
    said = leave(classify, data_root=shards)
    assert f"classes of {shards}/train and {shards}/val differ: 1 only in training" in said
    assert "1 only in validation (disk)" in said
    index.write_text(json.dumps({**known, "classes": []}))
    assert f"{index} has no classes" in leave(classify, data_root=shards)
    index.unlink()
    assert "no pictures (.jpg .jpeg" in leave(classify, data_root=shards)
    with serving(tmp_path) as server:
        options = far(server, tmp_path / "cache")
        assert f"no index of shards at {server.url}/imagenet/val/index.json" in leave(
            classify, **options
        )


def test_folders_and_shards_go_together(
    classify: Any, read: Any, shards: Path, folders: Path
) -> None:
    shutil.rmtree(shards / "val")
    shutil.copytree(folders / "val", shards / "val")
    assert read(classify("knn_toy", data_root=shards))["n_images"] == 15
