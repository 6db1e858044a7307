"""What makes two runs the same recipe."""

from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

from pretrain.hooks.record import manifest_hash, protocol_name, recipe_hash
from pretrain.recipe import complete

FILE = "pretrain/configs/demo/mae_pixel.py"


def recipe(pictures: Path, world_size: int = 1, **options: Any) -> str:
    config = Config.fromfile(FILE)
    config.merge_from_dict({"data_root": str(pictures), **options})
    complete(config, world_size=world_size)
    return recipe_hash(config)


@pytest.mark.parametrize(
    "options",
    [{"seed": 3}, {"workers": 5}, {"device_batch_size": 16}, {"suite": "x"}, {"world_size": 4}],
)
def test_places_seeds_and_devices_do_not_change_a_recipe(
    pictures: Path, options: dict[str, Any]
) -> None:
    assert recipe(pictures, **options) == recipe(pictures)


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 9},
        {"batch_size": 64},
        {"model.mask_ratio": 0.5},
        {"train_dataloader.dataset.scale": (0.5, 1.0)},
    ],
)
def test_what_changes_results_changes_the_recipe(pictures: Path, options: dict[str, Any]) -> None:
    assert recipe(pictures, **options) != recipe(pictures)


def test_names(tmp_path: Path) -> None:
    assert protocol_name(Config.fromfile(FILE)) == "demo/mae_pixel"
    (tmp_path / "own.py").write_text("a = 1")
    assert protocol_name(Config.fromfile(tmp_path / "own.py")) == "own"
    assert manifest_hash(["a", "b"]) != manifest_hash(["a", "c"])
