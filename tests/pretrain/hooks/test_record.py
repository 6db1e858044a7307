"""What makes two runs the same recipe."""

from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

from pretrain.hooks.record import differences, manifest_hash, protocol_name, recipe_hash
from pretrain.recipe import complete

FILE = "pretrain/configs/demo/mae_pixel.py"


def load(pictures: Path, world_size: int = 1, *, file: str = FILE, **options: Any) -> Config:
    config = Config.fromfile(file)
    config.merge_from_dict({"data_root": str(pictures), **options})
    complete(config, world_size=world_size)
    return config


def recipe(pictures: Path, **options: Any) -> str:
    return recipe_hash(load(pictures, **options))


@pytest.mark.parametrize(
    "options",
    [{"seed": 3}, {"workers": 5}, {"device_batch_size": 16}, {"suite": "x"}, {"world_size": 4}],
)
def test_places_seeds_and_devices_do_not_change_a_recipe(
    pictures: Path, options: dict[str, Any]
) -> None:
    assert recipe(pictures, **options) == recipe(pictures)


def test_validating_does_not_change_a_recipe(pictures: Path) -> None:
    file = "pretrain/configs/demo/supervised.py"
    validated = recipe(pictures, file=file, val_root=str(pictures), val_interval=1)
    assert validated == recipe(pictures, file=file)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 9},
        {"batch_size": 64},
        {"model.mask_ratio": 0.5},
        {"train_dataloader.dataset.scale": (0.7, 1.0)},
    ],
)
def test_what_changes_results_changes_the_recipe(pictures: Path, options: dict[str, Any]) -> None:
    assert recipe(pictures, **options) != recipe(pictures)


def test_differences_are_named_outermost_first(pictures: Path) -> None:
    def between(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        return differences(*(load(pictures, **options).to_dict() for options in (old, new)))

    assert between({"workers": 5, "data_root": str(pictures.parent)}, {}) == []
    found = between({}, {"epochs": 9, "seed": 3})
    assert found[:2] == ["epochs 22, now 9", "seed 0, now 3"]
    assert found[2:] == ["param_scheduler.end 22, now 9", "train_cfg.max_epochs 22, now 9"]
    hooks = [[{"type": "A", "momentum": 1}], [{"type": "A"}]]
    old, new = ({"seed": 0, "custom_hooks": value} for value in hooks)
    assert differences(old, new) == ["custom_hooks.0.momentum 1, now not set"]


def test_names(tmp_path: Path) -> None:
    assert protocol_name(Config.fromfile(FILE)) == "demo/mae_pixel"
    (tmp_path / "own.py").write_text("a = 1")
    assert protocol_name(Config.fromfile(tmp_path / "own.py")) == "own"
    assert manifest_hash(["a", "b"]) != manifest_hash(["a", "c"])
