"""The bank of features, and whole runs on two processes, which share every picture once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from file_server import serving

from transfer.classify.loop import without_repeats

CONFIGS = Path(__file__).parents[3] / "transfer/configs/imagenet"
SCRIPT = """
import json, os, sys
from pathlib import Path
import torch, torch.distributed as dist

rank, folder, data, weights, config = int(sys.argv[1]), *sys.argv[2:]
os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2")
dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)

import mmengine.model.wrappers.distributed as wrappers
from mmengine.config import Config
import transfer.classify
from transfer.classify.complete import complete
from transfer.runner import TransferRunner, follow_data_root

config = Config.fromfile(config)
config.merge_from_dict({
    "data_root": data, "model.backbone.init_cfg.checkpoint": weights, "work_dir": f"{folder}/two",
    "launcher": "pytorch", "experiment_name": "two", "log_level": "ERROR",
    # DistributedDataParallel on CPUs takes no device
    "model_wrapper_cfg": {"type": "MMDistributedDataParallel", "device_ids": None},
})
if "epochs" in config:
    config.merge_from_dict({"epochs": 2, "batch_size": 16, "device_batch_size": 4})
follow_data_root(config)
complete(config, world_size=2)
TransferRunner.from_cfg(config).train()
"""


def test_a_picture_that_came_twice_is_remembered_once() -> None:
    features, labels = torch.tensor([[3.0], [1.0], [3.0], [0.0]]), torch.tensor([3, 1, 3, 0])
    kept, of = without_repeats(features, labels, torch.tensor([3, 1, 3, 0]))
    assert kept.flatten().tolist() == [0, 1, 3]
    assert of.tolist() == [0, 1, 3]


@pytest.mark.parametrize(("kind", "far"), [("knn_toy", 0), ("linear_toy", 0), ("knn_toy", 1)])
def test_two_processes_see_every_picture_once(
    kind: str,
    far: bool,
    classify: Any,
    read: Any,
    tmp_path: Path,
    folders: Path,
    shards: Path,
    weights: Path,
) -> None:
    """Fifteen validation pictures on two processes: the sampler repeats one of them."""
    (tmp_path / "run.py").write_text(SCRIPT)
    with serving(tmp_path) as server:
        data = f"{server.url}/{shards.name}" if far else str(folders)
        given = [str(tmp_path), data, str(weights), str(CONFIGS / f"{kind}.py")]
        runs = [
            subprocess.Popen(
                [sys.executable, str(tmp_path / "run.py"), str(rank), *given],
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            )
            for rank in (0, 1)
        ]
        said = [run.communicate(timeout=600)[1] for run in runs]
    assert len(server.shards) == len(set(server.shards)) == (8 if far else 0)
    assert [run.returncode for run in runs] == [0, 0], said[0][-3000:] + said[1][-3000:]
    two, one = tmp_path / "two", classify(kind)
    with np.load(two / "per_image.npz") as found, np.load(one / "per_image.npz") as alone:
        assert found["image_ids"].tolist() == alone["image_ids"].tolist()
        assert len(found["image_ids"]) == 15
        if kind == "knn_toy":
            assert found["predicted"].tolist() == alone["predicted"].tolist()
    if kind == "knn_toy":
        assert read(two)["metrics"] == read(one)["metrics"]
    else:
        assert read(two)["batch_size"] == 16
