"""Class folders of toy scenes, an export to start from, and whole runs of the command."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.registry import DefaultScope

import transfer
from backbones.shards.writer import write_shards
from transfer.classify.__main__ import main

CONFIGS = Path(transfer.__file__).parent / "configs"


Classify = Callable[..., Path]


@pytest.fixture
def classify(tmp_path: Path, folders: Path, weights: Path) -> Classify:
    """Run `python -m transfer.classify` in this process, made short; returns the work folder."""

    runs = count()

    def run(kind: str, *flags: str, work_dir: Path | None = None, **options: Any) -> Path:
        work_dir = work_dir or tmp_path / "work"
        short = {} if kind.startswith("knn") else {"epochs": 2, "batch_size": 8}
        changes = {
            "data_root": folders,
            "model.backbone.init_cfg.checkpoint": weights,
            "log_level": "WARNING",
            # MMEngine's own name is the second, and two runs of one name share one log
            "experiment_name": f"{tmp_path.name}-{next(runs)}",
            **short,
            **options,
        }
        pairs = [f"{key}={value}" for key, value in changes.items()]
        file = str(CONFIGS / f"imagenet/{kind}.py")
        main([file, "--work-dir", str(work_dir), *flags, "--cfg-options", *pairs])
        return work_dir

    yield run
    DefaultScope._instance_dict.clear()  # MMEngine keeps the scope of the last runner


@pytest.fixture
def shards(folders: Path, tmp_path: Path) -> Path:
    """The same pictures in shards of 8."""
    out = tmp_path / "imagenet"
    for split in ("train", "val"):
        write_shards(folders / split, out / split, 8)
    return out


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return found


@pytest.fixture
def read() -> Callable[[Path], dict[str, Any]]:
    return record


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    """The newest checkpoint's weights."""
    newest = max(folder.glob("epoch_*.pth"), key=lambda path: int(path.stem.split("_")[1]))
    state: dict[str, torch.Tensor] = torch.load(newest, weights_only=False)["state_dict"]
    return state


@pytest.fixture
def changed(weights: Path) -> Callable[[Path], set[str]]:
    """Which tensors of the encoder a run has changed, by name."""

    def names(folder: Path) -> set[str]:
        before = torch.load(weights, weights_only=True)["state_dict"]
        after = tensors(folder)
        return {
            name
            for name, tensor in before.items()
            if f"backbone.{name}" in after and not torch.equal(after[f"backbone.{name}"], tensor)
        }

    return names
