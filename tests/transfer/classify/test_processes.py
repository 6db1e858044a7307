"""Two processes by torchrun, without GPUs: every protocol runs, and neighbours are the same."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from runs_together import run_together

import transfer

CONFIGS = Path(transfer.__file__).parent / "configs/imagenet"


@pytest.fixture
def command(folders: Path, weights: Path) -> Callable[..., list[str]]:
    def arguments(kind: str, work_dir: Path, **options: Any) -> list[str]:
        changes = {"data_root": folders, "model.backbone.init_cfg.checkpoint": weights, **options}
        pairs = [f"{key}={value}" for key, value in changes.items()]
        flags = ["--work-dir", str(work_dir), "--launcher", "pytorch", "--cfg-options", *pairs]
        return [str(CONFIGS / f"{kind}.py"), *flags]

    return arguments


def test_two_processes(
    tmp_path: Path, command: Callable[..., list[str]], classify: Any, read: Any
) -> None:
    short = {"epochs": 1, "batch_size": 8, "warmup_epochs": 0}
    kinds = {"finetune_toy": short, "partial_toy": short, "linear_toy": short, "knn_toy": {}}
    runs = [command(kind, tmp_path / kind, **options) for kind, options in kinds.items()]
    run_together("transfer.classify", runs, tmp_path)
    for kind in kinds:
        record = json.loads((tmp_path / kind / "result.json").read_text())
        assert (record["timing"]["devices"], record["n_images"]) == (2, 15)
    alone = classify("knn_toy")
    assert read(alone)["metrics"] == read(tmp_path / "knn_toy")["metrics"]
    answers = [np.load(folder / "per_image.npz") for folder in (alone, tmp_path / "knn_toy")]
    for name in ("image_ids", "predicted"):
        assert answers[0][name].tolist() == answers[1][name].tolist()
