"""What is derived makes no other protocol; what it is derived from does."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.config import Config

import transfer
import transfer.classify
from backbones.runs.machine import loader_settings
from transfer.classify.complete import complete
from transfer.recipe import batch_size, protocol
from transfer.runner import follow_data_root

CONFIGS = Path(transfer.__file__).parent / "configs/imagenet"
SMALL = sorted(path.stem for path in CONFIGS.glob("*.py") if "vit" not in path.stem)


def ran(folders: Path, name: str, world_size: int = 1, **options: Any) -> dict[str, Any]:
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict({"data_root": str(folders), **options})
    follow_data_root(config)
    complete(config, world_size=world_size)
    runner: Any = SimpleNamespace(cfg=config, world_size=world_size)
    assert batch_size(runner) == config.batch_size
    return protocol(runner)


@pytest.mark.parametrize("name", [name for name in SMALL if not name.startswith("linear")])
@pytest.mark.parametrize("world_size", [1, 4])
def test_a_config_is_the_shipped_protocol_on_any_devices(
    folders: Path, name: str, world_size: int
) -> None:
    found = ran(folders, name, world_size, device_batch_size=8, **{"randomness.seed": 3})
    assert found["name"] == f"imagenet/{name}"
    assert found["sha256"] == found["shipped_sha256"]


def test_what_a_probes_batch_norm_sees_is_part_of_its_protocol(folders: Path) -> None:
    shipped = ran(folders, "linear_toy")
    assert shipped["sha256"] == shipped["shipped_sha256"]
    halved = ran(folders, "linear_toy", device_batch_size=16)
    assert halved["changed"] == {"train_dataloader.batch_norm_over": 16}
    assert halved["sha256"] != shipped["sha256"]


@pytest.mark.parametrize("name", SMALL)
def test_a_dumped_configuration_is_completed_again(
    folders: Path, tmp_path: Path, name: str
) -> None:
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict({"data_root": str(folders)})
    follow_data_root(config)
    complete(config, world_size=1)
    config.dump(tmp_path / "dumped.py")
    again = Config.fromfile(tmp_path / "dumped.py")
    complete(again, world_size=1)
    assert again.to_dict() == config.to_dict()


@pytest.mark.parametrize(
    "options",
    [
        {"base_lr": 1.0},
        {"min_lr": 1e-3},
        {"epochs": 9},
        {"batch_size": 64},
        {"model.trainable_blocks": 2},
        {"model.backbone.img_size": 48},
    ],
)
def test_what_changes_results_changes_the_protocol(folders: Path, options: dict[str, Any]) -> None:
    found = ran(folders, "finetune_toy", **options)
    assert found["sha256"] != found["shipped_sha256"]


def test_a_rate_of_a_methods_own_is_listed(folders: Path) -> None:
    found = ran(folders, "finetune_toy", base_lr=0.5, **{"cell.tuned": ["base_lr"]})
    assert found["tuned"] == {"base_lr": 0.5}
    assert found["sha256"] == found["shipped_sha256"]


def test_sizes_follow_the_backbone_and_seeds_the_run(folders: Path) -> None:
    config = Config.fromfile(CONFIGS / "linear_mini.py")
    config.merge_from_dict({"data_root": str(folders), "randomness.seed": 5})
    follow_data_root(config)
    complete(config, world_size=1)
    train, val = config.train_dataloader.dataset, config.val_dataloader.dataset
    assert (train["size"], val["size"], train.seed, config.model.num_classes) == (128, 128, 5, 6)
    assert (train.root, val.classes_from) == (f"{folders}/train", f"{folders}/train")


def test_an_empty_validation_folder_is_a_class_all_the_same(folders: Path, tmp_path: Path) -> None:
    for split, names in (("train", "ab"), ("val", "a")):
        for name in names:
            (tmp_path / split / name).mkdir(parents=True)
            picture = next(folders.glob("train/*/*.JPEG"))
            (tmp_path / split / name / "x.JPEG").symlink_to(picture)
    with pytest.raises(ValueError, match=r"1 only in training \(b\)"):
        ran(tmp_path, "linear_mini")
    (tmp_path / "val/b").mkdir()
    ran(tmp_path, "linear_mini")


@pytest.mark.parametrize("name", ["finetune_mini", "knn_mini"])
def test_loaders_follow_from_the_machine_unless_they_are_given(folders: Path, name: str) -> None:
    def loaders(**options: Any) -> list[Any]:
        config = Config.fromfile(CONFIGS / f"{name}.py")
        config.merge_from_dict({"data_root": str(folders), **options})
        follow_data_root(config)
        complete(config, world_size=1)
        return [config[f"{kind}_dataloader"] for kind in ("train", "val", "test")]

    for loader in loaders():  # a mini run's
        assert (loader.num_workers, loader.persistent_workers) == (0, False)
        assert "prefetch_factor" not in loader
    for loader in loaders(workers=3, prefetch=5):
        assert (loader.num_workers, loader.prefetch_factor) == (3, 5)
        assert loader.persistent_workers
    for loader in loaders(workers=None):
        expected = loader_settings(1, None, None)
        assert {key: loader[key] for key in expected} == expected
    with pytest.raises(ValueError, match=r"val_dataloader\.num_workers follows .*; set workers in"):
        loaders(**{"val_dataloader.num_workers": 4})


def test_loaders_are_no_part_of_a_protocol(folders: Path) -> None:
    plain = ran(folders, "linear_toy")
    assert ran(folders, "linear_toy", workers=3, prefetch=1) == plain
    kept = {"train_dataloader.dataset.cache": "x", "train_dataloader.dataset.cache_bytes": 7}
    assert ran(folders, "linear_toy", **kept) == plain


@pytest.mark.parametrize("name", ["linear_toy", "knn_toy"])
def test_evaluations_see_every_picture_in_order(folders: Path, name: str) -> None:
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict({"data_root": str(folders)})
    follow_data_root(config)
    complete(config, world_size=1)
    in_order = {"type": "DefaultSampler", "shuffle": False}
    assert config.val_dataloader.sampler == config.test_dataloader.sampler == in_order
    if name == "knn_toy":
        assert config.train_dataloader.sampler == in_order
    else:
        assert config.train_dataloader.sampler.type == "EpochSampler"
