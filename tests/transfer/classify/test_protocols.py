"""Every shipped ImageNet config against numbers written here by hand from the papers."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, PARAM_SCHEDULERS, DefaultScope

import transfer
import transfer.classify
from backbones.runs.steps import fill_steps

CONFIGS = Path(transfer.__file__).parent / "configs/imagenet"
NAMES = sorted(path.stem for path in CONFIGS.glob("*.py"))
PUBLISHED = [name for name in NAMES if "vit" in name]


def load(name: str, **options: Any) -> Config:
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict(options)
    return config


def build(config: Config) -> Any:
    with torch.device("meta"), DefaultScope.overwrite_default_scope("mmengine"):
        return MODELS.build(config.model)


# arXiv 2111.06377, Table 9; facebookresearch/mae, FINETUNE.md.
# arch, epochs, base lr, layer decay, drop path, erasing, floor, pixels
FINETUNE = {
    "finetune_vit-b_100e": ("base", 100, 1e-3, 0.75, 0.1, 0.0, 0.0, 224),
    "finetune_vit-l_50e": ("large", 50, 1e-3, 0.75, 0.1, 0.0, 0.0, 224),
    "finetune_vit-h_50e": ("huge", 50, 1e-3, 0.75, 0.2, 0.0, 0.0, 224),
    "finetune_vit-h-448_50e": ("huge", 50, 1e-3, 0.75, 0.2, 0.0, 0.0, 448),
    "finetune-release_vit-b_100e": ("base", 100, 5e-4, 0.65, 0.1, 0.25, 1e-6, 224),
    "finetune-release_vit-l_50e": ("large", 50, 1e-3, 0.75, 0.2, 0.25, 1e-6, 224),
    "finetune-release_vit-h_50e": ("huge", 50, 1e-3, 0.75, 0.3, 0.25, 1e-6, 224),
}
BLOCKS = {"half": 0.5, **{str(n): n for n in (1, 2, 4, 6, 12, 18)}}
PARTIAL = {f"partial-{text}_vit-l_50e": blocks for text, blocks in BLOCKS.items()}
ARCHS = {"b": "base", "l": "large", "h": "huge"}
LINEAR = {f"linear_vit-{letter}_90e": arch for letter, arch in ARCHS.items()}
KNN = {f"knn_vit-{letter}": arch for letter, arch in ARCHS.items()}


def test_every_published_config_is_in_a_table_here() -> None:
    assert set(PUBLISHED) == {*FINETUNE, *PARTIAL, *LINEAR, *KNN}


@pytest.mark.parametrize("name", [*FINETUNE, *PARTIAL])
def test_fine_tuning(name: str) -> None:
    table = FINETUNE.get(name, FINETUNE["finetune_vit-l_50e"])  # partial: Table 9's setting
    arch, epochs, base_lr, layer_decay, drop_path, erasing, floor, pixels = table
    config = load(name)
    assert (config.batch_size, config.epochs, config.warmup_epochs) == (1024, epochs, 5)
    assert (config.base_lr, config.min_lr) == (base_lr, floor)
    wrapper = config.optim_wrapper
    assert wrapper.optimizer == {"type": "AdamW", "betas": (0.9, 0.999), "weight_decay": 0.05}
    assert wrapper.paramwise_cfg.layer_decay == layer_decay
    assert "clip_grad" not in wrapper
    model = config.model
    assert (model.type, model.pool, model.head_std) == ("FineTunedViT", "mean", 2e-5)
    assert (model.mixup, model.cutmix, model.label_smoothing) == (0.8, 1.0, 0.1)
    assert (model.erasing, model.backbone.drop_path_rate) == (erasing, drop_path)
    assert (model.backbone.arch, model.backbone.img_size) == (arch, pixels)
    assert model.get("trainable_blocks") == PARTIAL.get(name)
    data = config.train_dataloader.dataset
    assert (data.augment, tuple(data.scale)) == ("rand-m9-mstd0.5-inc1", (0.08, 1.0))
    # the released code crops 224 of 256, and the whole short side above 224
    assert config.val_dataloader.dataset.get("centre", 7 / 8) == (1.0 if pixels > 224 else 7 / 8)


@pytest.mark.parametrize("name", LINEAR)
def test_linear_probing(name: str) -> None:
    config = load(name)  # Table 10 and main_linprobe.py
    assert (config.batch_size, config.epochs, config.warmup_epochs) == (16384, 90, 10)
    assert (config.base_lr, config.min_lr, config.device_batch_size) == (0.1, 0.0, 512)
    optimizer = config.optim_wrapper.optimizer
    assert optimizer == {"type": "LARS", "momentum": 0.9, "weight_decay": 0.0}
    model = build(config)
    assert (config.model.pool, config.model.head_std) == ("token", 0.01)
    assert (model.backbone.arch, model.norm.affine, model.norm.eps) == (LINEAR[name], False, 1e-6)
    data = config.train_dataloader.dataset
    assert ("augment" in data, "jitter" in data, tuple(data.scale)) == (False, False, (0.08, 1.0))
    assert config.model.backbone.get("drop_path_rate", 0) == 0


@pytest.mark.parametrize("name", KNN)
def test_nearest_neighbours(name: str) -> None:
    model = build(load(name))
    assert (model.numbers[""], model.temperature, model.pool) == (20, 0.07, "token")
    assert model.backbone.arch == KNN[name]
    data = load(name).train_dataloader
    assert (data.dataset.train, data.drop_last) == (False, False)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_all_share(name: str) -> None:
    config = load(name)
    assert config.model.num_classes == 1000
    assert config.model.data_preprocessor.mean == [123.675, 116.28, 103.53]
    assert config.model.data_preprocessor.std == [58.395, 57.12, 57.375]
    val = config.val_dataloader
    assert (val.dataset.train, val.dataset.unreadable) == (False, "raise")
    assert val.dataset.classes_from == config.train_dataloader.dataset.root


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("finetune_vit-b_100e", 4e-3),
        ("finetune-release_vit-b_100e", 2e-3),
        ("linear_vit-b_90e", 6.4),
    ],
)
@pytest.mark.parametrize("world_size", [1, 8, 32])
def test_the_linear_rule_on_any_number_of_devices(name: str, rate: float, world_size: int) -> None:
    config = load(name)
    fill_steps(config, world_size=world_size)
    assert config.optim_wrapper.optimizer.lr == pytest.approx(rate)
    accumulated = config.optim_wrapper.accumulative_counts
    assert config.train_dataloader.batch_size * accumulated * world_size == config.batch_size
    assert config.train_dataloader.batch_size <= config.device_batch_size


STEPS = 1281167 // 1024  # of an epoch: 1251


@pytest.mark.parametrize("accumulation", [1, 4])
@pytest.mark.parametrize(
    ("name", "floor"), [("finetune_vit-l_50e", 0.0), ("finetune-release_vit-l_50e", 1e-6)]
)
def test_rates_at_chosen_steps_through_the_scheduler(
    name: str, floor: float, accumulation: int
) -> None:
    config = load(name, device_batch_size=1024 // accumulation)
    fill_steps(config, world_size=1)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=config.optim_wrapper.optimizer.lr)
    schedule = {**config.param_scheduler, "epoch_length": STEPS * accumulation}
    schedule.pop("convert_to_iter_based")
    kind = PARAM_SCHEDULERS.get(schedule.pop("type"))
    scheduler = kind.build_iter_from_epoch(optimizer, **schedule)
    half = floor + (4e-3 - floor) / 2
    by_hand = {
        0: 0.0,
        STEPS: 4e-3 / 5,  # one of five epochs of warm-up
        5 * STEPS: 4e-3,
        round(27.5 * STEPS): half,  # halfway from epoch 5 to 50
        50 * STEPS - 1: floor,
    }
    for step, rate in by_hand.items():
        scheduler.last_step = step * accumulation
        (found,) = scheduler._get_value()
        assert found == pytest.approx(rate, rel=1e-3, abs=1e-8), step
    middle = (12 - 5) / 45  # at epoch 12
    scheduler.last_step = 12 * STEPS * accumulation
    expected = floor + (4e-3 - floor) * (1 + math.cos(math.pi * middle)) / 2
    assert scheduler._get_value() == [pytest.approx(expected)]


# scale of the rate, layer by layer: decay^(depth + 1 - layer), worked out by hand
SCALES = {
    "finetune_vit-b_100e": {0: 0.02375726, 1: 0.03167635, 6: 0.13348389, 12: 0.75, 13: 1.0},
    "finetune_vit-l_50e": {0: 0.00075254346, 1: 0.0010033913, 12: 0.023757264, 24: 0.75, 25: 1.0},
    "finetune_vit-h_50e": {0: 7.5339319e-5, 1: 1.0045243e-4, 16: 7.5169468e-3, 32: 0.75, 33: 1.0},
    "finetune-release_vit-b_100e": {
        0: 0.0036972059,
        1: 0.0056880091,
        6: 0.049022279,
        12: 0.65,
        13: 1.0,
    },
}


@pytest.mark.parametrize("name", SCALES)
def test_layer_decay_and_who_is_not_decayed(name: str) -> None:
    config = load(name)
    fill_steps(config, world_size=8)
    wrapper = build_optim_wrapper(build(config), config.optim_wrapper)
    found = {
        parameter: (group["lr"] / config.optim_wrapper.optimizer.lr, group["weight_decay"])
        for group in wrapper.optimizer.param_groups
        for parameter in group["param_names"]
    }
    last = max(SCALES[name])
    for layer, scale in SCALES[name].items():
        if layer == 0:
            names = {"backbone.pos_embed": 0, "backbone.cls_token": 0}
            names |= {"backbone.patch_embed.proj.weight": 0.05, "backbone.patch_embed.proj.bias": 0}
        elif layer == last:
            names = {"head.weight": 0.05, "head.bias": 0, "fc_norm.weight": 0, "fc_norm.bias": 0}
        else:
            block = f"backbone.blocks.{layer - 1}."
            names = {f"{block}attn.qkv.weight": 0.05, f"{block}mlp.fc2.bias": 0}
            names |= {f"{block}norm1.weight": 0}
        for parameter, decay in names.items():
            assert found[parameter] == (pytest.approx(scale, rel=1e-6), decay), parameter
    assert len(found) == sum(1 for _ in build(config).parameters())


def test_the_probe_trains_one_layer() -> None:
    config = load("linear_vit-b_90e")
    fill_steps(config, world_size=32)
    wrapper = build_optim_wrapper(build(config), config.optim_wrapper)
    groups = {tuple(g["param_names"]): g["always_adapt"] for g in wrapper.optimizer.param_groups}
    assert groups == {("head.bias",): False, ("head.weight",): True}


@pytest.mark.parametrize(
    ("name", "millions"), [("finetune_vit-b_100e", 86.57), ("finetune_vit-l_50e", 304.33)]
)
def test_numbers_of_parameters(name: str, millions: float) -> None:
    """timm's vit_base_patch16_224 and vit_large_patch16_224 with 1000 classes."""
    count = sum(parameter.numel() for parameter in build(load(name)).parameters())
    assert round(count / 1e6, 2) == millions
