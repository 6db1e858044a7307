"""Every shipped config: it loads, builds, and holds the published numbers."""

import ast
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, OPTIM_WRAPPERS, PARAM_SCHEDULERS, DefaultScope
from torch import nn

import transfer
from transfer.toy.ade20k import LABELS
from transfer.toy.classes import CLASSES

CONFIGS = Path(transfer.__file__).parent / "configs"
LEAVES = sorted(p for p in CONFIGS.rglob("*.py") if p.parent.name != "_base_")
NAMES = [path.relative_to(CONFIGS).with_suffix("").as_posix() for path in LEAVES]
FULL = [name for name in NAMES if "vit" in name]


def load(name: str) -> Config:
    return Config.fromfile(CONFIGS / f"{name}.py")


def build(config: Config) -> nn.Module:
    """The model without memory: shapes are all these tests need."""
    if config.model.get("num_classes", 0) is None:
        config.model.num_classes = 10  # class folders are counted when a run begins
    with torch.device("meta"), DefaultScope.overwrite_default_scope(config.default_scope):
        model: nn.Module = MODELS.build(config.model)
    return model


@pytest.mark.parametrize("path", LEAVES, ids=NAMES)
def test_a_leaf_opens_with_how_to_run_it_and_what_to_expect(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    for word in ("Run", "Smoke", "Cost", "Expect", "Source"):
        assert f"\n{word} " in text, f"{path} does not say {word}"


@pytest.mark.parametrize("path", [path for path in LEAVES if path.parent.name == "ade20k"])
def test_upernet_is_never_smoke_tested_with_a_batch_of_one(path: Path) -> None:
    """Its 1 x 1 pooled map would give BatchNorm a single value, which it refuses."""
    text, batch = path.read_text(), Config.fromfile(path).train_dataloader.batch_size
    assert batch > 1
    assert "train_dataloader.batch_size=1" not in text
    head = load(path.relative_to(CONFIGS).with_suffix("").as_posix()).model.decode_head
    assert (head.type, head.pool_scales[0], head.norm_cfg.type) == ("UPerHead", 1, "SyncBN")


@pytest.mark.parametrize("name", NAMES)
def test_a_config_builds_and_takes_its_checkpoint_from_one_option(name: str) -> None:
    config = load(name)
    config.merge_from_dict({"model.backbone.init_cfg.checkpoint": "weights.pth"})
    model = build(config)
    assert type(model.backbone).__name__ == "PlainViT"
    assert model.backbone.init_cfg == {"type": "ViTCheckpoint", "checkpoint": "weights.pth"}
    assert config.runner_type == "TransferRunner"


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("coco/mask-rcnn_vitdet-b_lsj-100e", 111),  # ViTDet, Table 9
        ("coco/mask-rcnn_vitdet-l_lsj-100e", 331),
    ],
)
def test_vitdet_has_the_published_number_of_parameters(name: str, millions: int) -> None:
    """The paper counts positions as they come from pretraining: 14 x 14 and a class token."""
    model = build(load(name))
    width = model.backbone.embed_dims
    count = sum(parameter.numel() for parameter in model.parameters())
    assert round((count - model.backbone.pos_embed.numel() + 197 * width) / 1e6) == millions


def test_li_et_al_has_the_number_of_parameters_of_the_public_reproduction() -> None:
    count = sum(p.numel() for p in build(load("coco/mask-rcnn_vit-b_fpn_lsj-100e")).parameters())
    assert round(count / 1e6, 2) == 118.67  # MIMDet's benchmarking model


@pytest.mark.parametrize(
    ("name", "lr", "weight_decay", "drop_path", "layer_decay", "blocks"),
    [
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", 8e-5, 0.1, 0.1, 1.0, (2, 5, 8, 11)),
        ("coco/mask-rcnn_vit-l_fpn_lsj-100e", 8e-5, 0.1, 0.3, 1.0, (5, 11, 17, 23)),
        ("coco/mask-rcnn_vitdet-b_lsj-100e", 1e-4, 0.1, 0.1, 0.7, (11,)),
        ("coco/mask-rcnn_vitdet-l_lsj-100e", 1e-4, 0.1, 0.4, 0.8, (23,)),
        ("ade20k/upernet_vit-b_512x512_160k", 1e-4, 0.05, 0.1, 0.65, (3, 5, 7, 11)),
        ("ade20k/upernet_vit-l_512x512_160k", 1e-4, 0.05, 0.2, 0.65, (7, 11, 15, 23)),
    ],
)
def test_published_values(
    name: str,
    lr: float,
    weight_decay: float,
    drop_path: float,
    layer_decay: float,
    blocks: tuple[int, ...],
) -> None:
    config = load(name)
    optimizer = config.optim_wrapper.optimizer
    assert (optimizer.type, optimizer.lr, optimizer.weight_decay) == ("AdamW", lr, weight_decay)
    assert tuple(optimizer.betas) == (0.9, 0.999)
    assert config.optim_wrapper.paramwise_cfg.layer_decay == layer_decay
    assert "clip_grad" not in config.optim_wrapper
    backbone = config.model.backbone
    assert backbone.drop_path_rate == drop_path
    assert tuple(backbone.out_indices) == blocks
    if name.startswith("coco"):
        depth = 24 if backbone.arch == "large" else 12
        quarters = tuple(depth * i // 4 - 1 for i in (1, 2, 3, 4))
        assert (backbone.window_size, tuple(backbone.global_blocks)) == (14, quarters)
        assert config.model.data_preprocessor.pad_size_divisor == 1024
        assert config.train_dataloader.batch_size * 8 == 64
        assert config.train_cfg.max_iters == 100 * 118000 // 64
        assert config.train_pipeline[3]["ratio_range"] == (0.1, 2.0)
    else:
        assert backbone.rel_pos == "table"
        assert backbone.layer_scale == 1.0
        assert backbone.get("cls_token", True)
        assert config.train_dataloader.batch_size * 8 == 16
        assert config.model.test_cfg == {
            "mode": "slide",
            "crop_size": (512, 512),
            "stride": (341, 341),
        }


def rates(name: str, iterations: list[int]) -> list[float]:
    """Learning rate as a fraction of the base rate, when the iteration (from 0) runs."""
    config = load(name)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedulers = [
        PARAM_SCHEDULERS.build(
            {"end": config.train_cfg.max_iters, **entry}, default_args={"optimizer": optimizer}
        )
        for entry in config.param_scheduler
    ]
    found = {}
    for iteration in range(max(iterations) + 1):
        found[iteration] = optimizer.param_groups[0]["lr"]
        for scheduler in schedulers:
            scheduler.step()
    return [found[iteration] for iteration in iterations]


def test_li_et_al_warm_up_for_a_quarter_epoch_then_half_a_cosine() -> None:
    assert pytest.approx(461, abs=0.1) == 184375 / 100 / 4
    start, warm, tenth = rates("coco/mask-rcnn_vit-b_fpn_lsj-100e", [0, 461, 18437])
    assert start == pytest.approx(1e-3)
    assert warm == pytest.approx((1 + math.cos(math.pi * 461 / 184375)) / 2)
    assert tenth == pytest.approx((1 + math.cos(math.pi * 18437 / 184375)) / 2)


def test_vitdet_steps_at_eight_and_at_twenty_six_parts_of_nine_and_twenty_seven() -> None:
    milestones = load("coco/mask-rcnn_vitdet-b_lsj-100e").param_scheduler[1].milestones
    assert milestones == [round(184375 * 8 / 9), round(184375 * 26 / 27)]
    start, warm = rates("coco/mask-rcnn_vitdet-b_lsj-100e", [0, 250])
    assert (start, warm) == (pytest.approx(1e-3), pytest.approx(1.0))


def test_upernet_warms_up_1500_iterations_then_falls_in_a_line_to_zero() -> None:
    start, warm, later = rates("ade20k/upernet_vit-b_512x512_160k", [0, 1500, 16000])
    assert start == pytest.approx(1e-6)
    assert warm == pytest.approx(1 - 1500 / 160000)
    assert later == pytest.approx(0.9)


def groups(name: str) -> dict[str, dict[str, Any]]:
    config = load(name)
    model = build(config)
    wrapper = build_optim_wrapper(model, config.optim_wrapper)
    return {
        parameter: {"lr": group["lr"], "weight_decay": group["weight_decay"]}
        for group in wrapper.optimizer.param_groups
        for parameter in group["param_names"]
    }


def test_vitdet_rates_fall_by_layer_and_norms_and_positions_do_not_decay() -> None:
    found = groups("coco/mask-rcnn_vitdet-b_lsj-100e")
    by_hand = {
        "backbone.pos_embed": (1e-4 * 0.7**13, 0.0),
        "backbone.patch_embed.proj.weight": (1e-4 * 0.7**13, 0.1),
        "backbone.blocks.0.attn.qkv.bias": (1e-4 * 0.7**12, 0.1),
        "backbone.blocks.11.norm1.weight": (1e-4 * 0.7, 0.0),
        "backbone.blocks.11.attn.rel_pos_h": (1e-4 * 0.7, 0.1),
        "rpn_head.rpn_cls.weight": (1e-4, 0.1),
        "roi_head.mask_head.convs.0.bn.weight": (1e-4, 0.0),
    }
    for name, (lr, decay) in by_hand.items():
        if name not in found:  # mmcv names a norm by its kind
            name = name.replace(".bn.", ".ln.")
        assert found[name] == {"lr": pytest.approx(lr), "weight_decay": decay}, name


def test_upernet_rates_fall_by_layer_and_vectors_do_not_decay() -> None:
    found = groups("ade20k/upernet_vit-b_512x512_160k")
    by_hand = {
        "backbone.cls_token": (1e-4 * 0.65**13, 0.05),
        "backbone.pos_embed": (1e-4 * 0.65**13, 0.05),
        "backbone.blocks.3.mlp.fc1.weight": (1e-4 * 0.65**9, 0.05),
        "backbone.blocks.3.mlp.fc1.bias": (1e-4 * 0.65**9, 0.0),
        "decode_head.conv_seg.weight": (1e-4, 0.05),
        "decode_head.conv_seg.bias": (1e-4, 0.0),
    }
    for name, (lr, decay) in by_hand.items():
        assert found[name] == {"lr": pytest.approx(lr), "weight_decay": decay}, name


@pytest.mark.parametrize("name", FULL)
def test_published_protocols_train_in_bfloat16(name: str) -> None:
    config = load(name)
    if config.model.type == "NearestNeighbours":  # nothing is optimised
        assert config.model.dtype == "bfloat16"
        return
    assert (config.optim_wrapper.type, config.optim_wrapper.dtype) == (
        "AutocastOptimWrapper",
        "bfloat16",
    )
    assert OPTIM_WRAPPERS.get("AutocastOptimWrapper") is not None


def test_toy_configs_name_the_classes_that_are_drawn() -> None:
    assert tuple(load("coco/toy").metainfo.classes) == CLASSES
    assert tuple(load("ade20k/toy").classes) == LABELS


@pytest.mark.parametrize("task", ["coco", "ade20k"])
def test_the_toy_vit_is_the_one_the_demo_pretrains(task: str) -> None:
    pretrained = Config.fromfile(CONFIGS.parents[1] / "pretrain/configs/demo/_base_.py").encoder
    backbone = load(f"{task}/toy").model.backbone
    for key in ("embed_dims", "depth", "num_heads", "patch_size"):
        assert backbone[key] == pretrained[key]
