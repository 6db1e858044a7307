"""Learning-rate scales and no-decay sets against a table written by hand."""

from typing import Any

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from backbones import LayerDecayOptimWrapperConstructor, PlainViT


class Segmentor(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = PlainViT(
            None, img_size=32, patch_size=8, embed_dims=16, depth=2, num_heads=2,
            rel_pos="table", layer_scale=1.0,
        )  # fmt: skip
        self.head = nn.Sequential(nn.Conv2d(16, 4, 1), nn.BatchNorm2d(4))


def groups(**paramwise: Any) -> dict[str, tuple[float, float]]:
    """Parameter name → (learning rate, weight decay)."""
    wrapper = build_optim_wrapper(
        Segmentor(),
        dict(
            type="OptimWrapper",
            optimizer=dict(type="AdamW", lr=1.0, weight_decay=0.05),
            constructor="LayerDecayOptimWrapperConstructor",
            paramwise_cfg=paramwise,
        ),
    )
    found = {}
    for group in wrapper.optimizer.param_groups:
        for name in group["param_names"]:
            assert name not in found
            found[name] = (group["lr"], group["weight_decay"])
    return found


@pytest.mark.parametrize(
    ("name", "lr", "decay"),
    [
        ("backbone.cls_token", 0.125, 0),
        ("backbone.pos_embed", 0.125, 0),
        ("backbone.patch_embed.proj.weight", 0.125, 0.05),
        ("backbone.patch_embed.proj.bias", 0.125, 0),
        ("backbone.blocks.0.attn.qkv.weight", 0.25, 0.05),
        ("backbone.blocks.0.attn.relative_position_bias_table", 0.25, 0),
        ("backbone.blocks.0.norm1.weight", 0.25, 0),
        ("backbone.blocks.1.mlp.fc1.weight", 0.5, 0.05),
        ("backbone.blocks.1.ls2.gamma", 0.5, 0),
        ("backbone.norm.weight", 1.0, 0),
        ("head.0.weight", 1.0, 0.05),
        ("head.0.bias", 1.0, 0),
        ("head.1.weight", 1.0, 0),
    ],
)
def test_rate_and_decay_by_hand(name: str, lr: float, decay: float) -> None:
    assert groups(layer_decay=0.5)[name] == pytest.approx((lr, decay))


def test_every_parameter_is_in_exactly_one_group() -> None:
    assert groups(layer_decay=0.9).keys() == dict(Segmentor().named_parameters()).keys()


def test_vitdet_rule_exempts_norms_and_positions_but_not_biases() -> None:
    found = groups(layer_decay=1.0, no_decay=("norm", "pos_embed"))
    assert found["backbone.blocks.0.attn.qkv.bias"] == (1.0, 0.05)
    assert found["head.0.bias"] == (1.0, 0.05)
    assert found["backbone.blocks.0.norm1.bias"] == (1.0, 0)
    assert found["head.1.bias"] == (1.0, 0)
    assert found["backbone.pos_embed"] == (1.0, 0)


@pytest.mark.parametrize(("decay", "rates"), [(0.5, 4), (1.0, 1)])
def test_a_group_takes_all_parameters_of_its_rate_and_decay(decay: float, rates: int) -> None:
    """So that a fused kernel takes them at once."""
    wrapper = build_optim_wrapper(
        Segmentor(),
        dict(
            optimizer=dict(type="AdamW", lr=1.0, weight_decay=0.05, fused=True),
            constructor="LayerDecayOptimWrapperConstructor",
            paramwise_cfg=dict(layer_decay=decay),
        ),
    )
    found = [(group["lr"], group["weight_decay"]) for group in wrapper.optimizer.param_groups]
    assert len(found) == len(set(found)) == 2 * rates
    assert found == sorted(found)
    assert all(group["fused"] for group in wrapper.optimizer.param_groups)


def test_frozen_parameters_are_left_out() -> None:
    model = Segmentor()
    model.backbone.requires_grad_(False)
    wrapper = build_optim_wrapper(
        model,
        dict(
            optimizer=dict(type="SGD", lr=1.0),
            constructor="LayerDecayOptimWrapperConstructor",
            paramwise_cfg=dict(layer_decay=0.5),
        ),
    )
    names = [name for group in wrapper.optimizer.param_groups for name in group["param_names"]]
    assert names
    assert all(name.startswith("head") for name in names)


def test_it_is_registered_where_mmdet_and_mmseg_look() -> None:
    found = OPTIM_WRAPPER_CONSTRUCTORS.get("LayerDecayOptimWrapperConstructor")
    assert found is LayerDecayOptimWrapperConstructor


def test_clear_errors() -> None:
    with pytest.raises(ValueError, match=r"layer_decay and no_decay, not \['num_layers'\]"):
        groups(layer_decay=0.5, num_layers=12)
    with pytest.raises(ValueError, match="has no `backbone` with a `depth`"):
        build_optim_wrapper(
            nn.Linear(1, 1),
            dict(
                optimizer=dict(type="SGD", lr=torch.tensor(1.0).item()),
                constructor="LayerDecayOptimWrapperConstructor",
            ),
        )
