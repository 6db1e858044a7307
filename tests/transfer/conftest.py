"""Toy data and whole miniature runs, shared by the transfer tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import RUNNERS, DefaultScope
from mmengine.visualization import Visualizer

import backbones
import transfer
from backbones.export import save_export
from transfer.toy.write import ToyOptions, write_toy

CONFIGS = Path(transfer.__file__).parent / "configs"
LEAVES = sorted(p for p in CONFIGS.rglob("*.py") if p.parent.name != "_base_")


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen training and five validation pictures in all three layouts."""
    out = tmp_path_factory.mktemp("toy") / "data"
    write_toy(out, ToyOptions(train=16, val=5, size=96, seed=0))
    return out


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of a random encoder of the toy size: what a run must start from."""
    torch.manual_seed(5)
    toy = Config.fromfile(CONFIGS / "_base_/toy_vit.py").toy_vit
    path = tmp_path_factory.mktemp("weights") / "mae.pth"
    save_export(path, backbones.PlainViT(**toy).state_dict(), {"method": "mae", "target": "pixel"})
    return path


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 training and 15 validation pictures in six class folders."""
    out = tmp_path_factory.mktemp("toy") / "data"
    write_toy(out, ToyOptions(train=48, val=15, size=48, seed=0))
    return out / "imagenet"


Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, toy: Path) -> Run:
    """Train a toy config in this process; returns the runner."""

    def train(name: str, **options: Any) -> Any:
        config = Config.fromfile(CONFIGS / f"{name}.py")
        config.work_dir = str(tmp_path / "work")
        config.data_root = str(toy / name.split("/")[0])
        config.merge_from_dict(
            {
                "train_cfg.max_iters": 2,
                "train_dataloader.batch_size": 2,
                "val_dataloader.batch_size": 2,
                "log_level": "WARNING",
                "experiment_name": tmp_path.name,
                **options,
            }
        )
        runner = RUNNERS.build(config)
        runner.train()
        return runner

    yield train
    # MMEngine keeps the scope of the last runner, and what draws to the first one's folder
    for kept in (DefaultScope, *Visualizer.__subclasses__()):
        kept._instance_dict.clear()
