"""Every shipped config: it says how to run it, loads, builds. Its numbers: tests of protocols."""

import ast
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

import transfer
from transfer.toy.ade20k import LABELS
from transfer.toy.classes import CLASSES

CONFIGS = Path(transfer.__file__).parent / "configs"
LEAVES = sorted(p for p in CONFIGS.rglob("*.py") if p.parent.name != "_base_")
NAMES = [path.relative_to(CONFIGS).with_suffix("").as_posix() for path in LEAVES]


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


def test_toy_configs_name_the_classes_that_are_drawn() -> None:
    assert tuple(load("coco/toy").metainfo.classes) == CLASSES
    assert tuple(load("ade20k/toy").classes) == LABELS


@pytest.mark.parametrize("task", ["coco", "ade20k"])
def test_the_toy_vit_is_the_one_the_demo_pretrains(task: str) -> None:
    pretrained = Config.fromfile(CONFIGS.parents[1] / "pretrain/configs/demo/_base_.py").encoder
    backbone = load(f"{task}/toy").model.backbone
    for key in ("embed_dims", "depth", "num_heads", "patch_size"):
        assert backbone[key] == pretrained[key]
