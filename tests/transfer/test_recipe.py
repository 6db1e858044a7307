"""Two runs are of one protocol where nothing differs that results follow."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.config import Config

import transfer
from transfer.recipe import batch_size, protocol

CONFIGS = Path(transfer.__file__).parent / "configs"
FULL = "ade20k/upernet_vit-b_512x512_160k"


def runner(name: str = FULL, world_size: int = 8, **options: Any) -> Any:
    """As far as these functions look."""
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict(options)
    return SimpleNamespace(cfg=config, world_size=world_size)


def sha(**options: Any) -> str:
    found: str = protocol(runner(**options))["sha256"]
    return found


@pytest.mark.parametrize(
    "options",
    [
        {"randomness.seed": 5},
        {"model.backbone.init_cfg.checkpoint": "x.pth"},
        {"work_dir": "y", "launcher": "pytorch", "resume": True, "restart_if_changed": True},
        {"cell.method": "mae"},
    ],
)
def test_seed_weights_and_places_do_not_change_a_protocol(options: dict[str, Any]) -> None:
    assert sha(**options) == sha()


@pytest.mark.parametrize(
    "options",
    [
        {"optim_wrapper.optimizer.lr": 1.0},
        {"train_cfg.max_iters": 100},
        {"world_size": 1},
        {"train_dataloader.batch_size": 4},
        {"optim_wrapper.accumulative_counts": 2},
    ],
)
def test_what_changes_results_changes_the_protocol(options: dict[str, Any]) -> None:
    assert sha(**options) != sha()


def test_a_batch_is_the_same_however_it_is_spread() -> None:
    assert sha(world_size=1, **{"train_dataloader.batch_size": 16}) == sha()
    assert batch_size(runner()) == 16
    assert batch_size(runner(**{"optim_wrapper.accumulative_counts": 2})) == 32


@pytest.mark.parametrize(
    ("name", "world_size"),
    [(FULL, 8), ("coco/mask-rcnn_vit-b_fpn_lsj-100e", 8), ("coco/mask-rcnn_vitdet-l_lsj-100e", 8)]
    + [(f"{task}/{size}", 1) for task in ("coco", "ade20k") for size in ("toy", "mini")],
)
def test_a_config_on_its_number_of_devices_is_the_shipped_protocol(
    name: str, world_size: int
) -> None:
    found = protocol(runner(name, world_size))
    assert found["name"] == name
    assert found["sha256"] == found["shipped_sha256"]
    other = protocol(runner(name, 3))
    assert other["sha256"] != other["shipped_sha256"] == found["shipped_sha256"]


def test_settings_of_a_methods_own_are_listed_beside_the_hash() -> None:
    tuned = {"optim_wrapper.optimizer.lr": 1.6e-4, "train_cfg.max_iters": 9}
    found = protocol(runner(**tuned, **{"cell.tuned": list(tuned)}))
    assert found["tuned"] == tuned
    assert found["sha256"] == found["shipped_sha256"] == sha()
    assert protocol(runner())["tuned"] == {}


def test_a_setting_that_is_nowhere_is_named() -> None:
    with pytest.raises(ValueError, match=r"cell\.tuned names optim\.lr, which the configuration"):
        protocol(runner(**{"cell.tuned": ["optim.lr"]}))
