"""From the paper's numbers to the runner's, by hand."""

from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

from backbones.shards.writer import write_shards
from pretrain.hooks.record import recipe_hash
from pretrain.recipe import complete

MAE = "pretrain/configs/mae/vit-b_pixel-norm_1600e.py"


def load(pictures: Path, file: str = MAE, **options: Any) -> Config:
    config = Config.fromfile(file)
    config.merge_from_dict({"data_root": str(pictures), **options})
    return config


def test_the_paper_s_learning_rate(pictures: Path) -> None:
    config = load(pictures)
    message = complete(config, world_size=8)
    assert config.optim_wrapper.optimizer.lr == pytest.approx(1.5e-4 * 4096 / 256)
    assert config.optim_wrapper.accumulative_counts == 8
    assert config.train_dataloader.batch_size == 64
    assert "batch 4096 = 8 processes x 64 pictures x 8 accumulated" in message
    assert "learning rate 0.0024 = base_lr 0.00015 x 4096 / 256" in message


def test_one_number_changes_everything_that_follows(pictures: Path) -> None:
    options = {"model.encoder.img_size": 96, "epochs": 7, "warmup_epochs": 2, "seed": 5}
    config = load(pictures, **options, workers=0, log_interval=3)
    complete(config, world_size=1)
    assert config.train_dataloader.dataset.size == 96
    assert config.train_dataloader.dataset.seed == 5
    assert config.train_cfg.max_epochs == config.param_scheduler["end"] == 7
    assert config.param_scheduler["warmup"] == 2
    assert not config.train_dataloader.persistent_workers
    assert config.default_hooks.logger.interval == config.default_hooks.divergence.interval == 3


def test_classes_are_counted_and_validation_is_wanted_or_not(pictures: Path) -> None:
    file = "pretrain/configs/supervised/vit-b_300e.py"
    config = load(pictures, file)
    complete(config, world_size=1)
    assert config.model.num_classes == 2
    assert "val_dataloader" not in config
    config = load(pictures, file, val_root=str(pictures))
    complete(config, world_size=1)
    assert config.val_dataloader.dataset.root == str(pictures)
    assert config.val_evaluator["type"] == "TopOne"


def test_trackers_become_backends(pictures: Path) -> None:
    config = load(pictures, trackers="tensorboard,mlflow")
    complete(config, world_size=1)
    names = [backend["type"] for backend in config.visualizer.vis_backends]
    assert names == ["LocalVisBackend", "TensorboardVisBackend", "MLflowVisBackend"]
    with pytest.raises(ValueError, match="no tracker 'paper'; choose among tensorboard"):
        complete(load(pictures, trackers="paper"), world_size=1)


def test_a_warm_up_longer_than_the_run(pictures: Path) -> None:
    with pytest.raises(ValueError, match="warmup_epochs 40 must be fewer than epochs 10"):
        complete(load(pictures, epochs=10), world_size=1)


def test_an_empty_folder_is_noticed_before_anything_is_built(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        complete(load(tmp_path), world_size=1)


def test_a_method_without_validation_says_so(pictures: Path) -> None:
    config = load(pictures, val_root=str(pictures))
    with pytest.raises(ValueError, match="mae-pixel-norm measures nothing on validation pictures"):
        complete(config, world_size=1)


def test_a_file_learnt_from_counts_by_its_content(pictures: Path, tmp_path: Path) -> None:
    def recipe(content: bytes, name: str) -> str:
        (tmp_path / name).write_bytes(content)
        config = load(pictures, "pretrain/configs/demo/perceptual_vq.py")
        config.model.perceptual = str(tmp_path / name)
        complete(config, world_size=1)
        return recipe_hash(config)

    assert recipe(b"weights", "a.pth") == recipe(b"weights", "b.pth")
    assert recipe(b"weights", "a.pth") != recipe(b"others", "a.pth")


def test_a_tokenizers_pictures_have_its_configs_size(pictures: Path) -> None:
    config = load(pictures, "pretrain/configs/demo/vq.py")
    complete(config, world_size=1)
    assert config.train_dataloader.dataset.size == 48


def test_a_codebook_sees_its_whole_batch(pictures: Path) -> None:
    config = load(pictures, "pretrain/configs/demo/vq.py", device_batch_size=16)
    with pytest.raises(ValueError, match="a codebook learns from every forward pass"):
        complete(config, world_size=1)
    complete(load(pictures, "pretrain/configs/demo/vq.py", device_batch_size=16), world_size=2)


def test_shards_bring_their_sampler_and_classes(pictures: Path, tmp_path: Path) -> None:
    write_shards(pictures, tmp_path, 4)
    config = load(tmp_path / "index.json", "pretrain/configs/supervised/vit-b_300e.py")
    complete(config, world_size=1)
    assert config.train_dataloader.sampler.type == "ShardSampler"
    assert config.train_dataloader.dataset.root == str(tmp_path / "index.json")
    assert config.model.num_classes == 2
    with pytest.raises(FileNotFoundError, match="no index of shards at"):
        complete(load(tmp_path / "none.json"), world_size=1)


def test_validation_has_the_classes_and_the_cache_of_training(
    pictures: Path, tmp_path: Path
) -> None:
    write_shards(pictures, tmp_path, 4)
    options = {"train_dataloader.dataset.cache": "x", "val_root": "http://store/val"}
    config = load(tmp_path, "pretrain/configs/supervised/vit-b_300e.py", **options)
    complete(config, world_size=1)
    assert config.train_dataloader.sampler.type == "ShardSampler"
    val = config.val_dataloader
    assert (val.dataset.classes_from, val.dataset.cache) == (str(tmp_path), "x")
    assert val.sampler.type == "ShardOrder"
    near = load(pictures, "pretrain/configs/supervised/vit-b_300e.py", val_root=str(tmp_path))
    complete(near, world_size=1)
    assert near.val_dataloader.sampler == {"type": "DefaultSampler", "shuffle": False}


def test_loaders_follow_from_the_machine_unless_they_are_given(pictures: Path) -> None:
    config = load(pictures)
    complete(config, world_size=1)
    assert config.train_dataloader.num_workers >= 1
    assert config.train_dataloader.persistent_workers
    assert config.train_dataloader.dataset.decoding == "scaled"
    given = load(pictures, workers=5, prefetch=7, decoding="whole")
    complete(given, world_size=1)
    assert given.train_dataloader.num_workers == 5
    assert given.train_dataloader.prefetch_factor == 7
    assert given.train_dataloader.dataset.decoding == "whole"
    none = load(pictures, workers=0)
    complete(none, world_size=1)
    assert "prefetch_factor" not in none.train_dataloader
    assert recipe_hash(load_complete(pictures, workers=5)) == recipe_hash(config)
    assert recipe_hash(given) != recipe_hash(config)  # other pixels are another recipe


def load_complete(pictures: Path, **options: Any) -> Config:
    config = load(pictures, **options)
    complete(config, world_size=1)
    return config


def test_saving_by_iterations_is_by_whole_steps(pictures: Path) -> None:
    config = load_complete(pictures, save_iterations=100)
    assert config.optim_wrapper.accumulative_counts == 64
    assert config.default_hooks.checkpoint.interval == 128
    assert not config.default_hooks.checkpoint.by_epoch
    assert recipe_hash(config) == recipe_hash(load_complete(pictures))
