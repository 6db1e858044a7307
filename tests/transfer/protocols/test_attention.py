"""Windowed attention is windowed, with the windows and global blocks of the real protocols."""

from typing import Any

import pytest
import torch
from mmengine.config import ConfigDict
from torch import Tensor

from backbones import PlainViT

PATCH, GRID, WINDOW = 4, 30, 14  # two windows and a rest a side


def narrow(backbone: ConfigDict, depth: int, out: tuple[int, ...]) -> PlainViT:
    """The first blocks of the protocol's ViT at width 16: its windows, global blocks, positions."""
    options = backbone.to_dict() | dict(
        arch=None,
        embed_dims=16,
        num_heads=2,
        depth=depth,
        patch_size=PATCH,
        img_size=PATCH * GRID,
        out_indices=out,
        global_blocks=[block for block in backbone.get("global_blocks", ()) if block < depth],
        drop_path_rate=0.0,
        init_cfg=None,
    )
    options.pop("type")
    options.pop("with_cp", None)
    torch.manual_seed(0)
    model = PlainViT(**options).double().eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def reached(maps: tuple[Tensor, ...], images: Tensor, token: tuple[int, int]) -> list[Tensor]:
    """For each map, the patches `[GRID, GRID]` that a token's value depends on."""
    found = []
    for features in maps:
        value = features[0, :, token[0], token[1]].square().sum()
        (gradient,) = torch.autograd.grad(value, images, retain_graph=True)
        pixels = gradient[0].abs().sum(0)
        found.append(pixels.unfold(0, PATCH, PATCH).unfold(1, PATCH, PATCH).sum((-1, -2)) > 0)
    return found


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("coco/mask-rcnn_vitdet-b_lsj-100e", 12),
        ("coco/mask-rcnn_vitdet-l_lsj-100e", 24),
        ("coco/mask-rcnn_vitdet-h_lsj-75e", 32),
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", 12),
        ("coco/mask-rcnn_vit-l_fpn_lsj-100e", 24),
    ],
)
@pytest.mark.parametrize("token", [(3, 20), (29, 0)], ids=["inside", "in the padded rest"])
def test_a_token_sees_its_window_until_the_first_global_block(
    name: str, depth: int, token: tuple[int, int], load: Any
) -> None:
    backbone = load(name).model.backbone
    first = min(backbone.global_blocks)
    assert first == depth // 4 - 1
    model = narrow(backbone, first + 2, (0, first - 1, first, first + 1))
    images = torch.randn(1, 3, PATCH * GRID, PATCH * GRID, dtype=torch.float64, requires_grad=True)
    windows = torch.arange(GRID) // WINDOW
    own = (windows[:, None] == windows[token[0]]) & (windows[None, :] == windows[token[1]])
    after_one, before_global, at_global, later = reached(model(images), images, token)
    assert torch.equal(after_one, own)
    assert torch.equal(before_global, own)
    assert at_global.all()
    assert later.all()


@pytest.mark.parametrize("name", ["upernet_vit-b_512x512_160k", "upernet_vit-l_512x512_160k"])
def test_segmentation_attends_globally_from_the_first_block(name: str, load: Any) -> None:
    backbone = load(f"ade20k/{name}").model.backbone
    model = narrow(backbone, 2, (0,))
    images = torch.randn(1, 3, PATCH * GRID, PATCH * GRID, dtype=torch.float64, requires_grad=True)
    assert reached(model(images), images, (3, 20))[0].all()
