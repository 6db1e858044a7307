"""Toy data and whole miniature runs, shared by the transfer tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config
from mmengine.registry import RUNNERS, DefaultScope

import transfer
from transfer.toy.write import ToyOptions, write_toy

CONFIGS = Path(transfer.__file__).parent / "configs"
LEAVES = sorted(p for p in CONFIGS.rglob("*.py") if p.parent.name != "_base_")


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen training and five validation pictures in all three layouts."""
    out = tmp_path_factory.mktemp("toy") / "data"
    write_toy(out, ToyOptions(train=16, val=5, size=96, seed=0))
    return out


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
    DefaultScope._instance_dict.clear()  # MMEngine keeps the scope of the last runner
