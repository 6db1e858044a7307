"""mmsegmentation's backbones, against themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from mmseg.models.backbones import MAE
from mmseg.models.backbones import BEiT as MMSegBEiT
from mmseg.models.backbones import VisionTransformer as MMSegViT
from small_vits import drawn, imported, pictures, prefixed
from torch import nn
from torch.testing import assert_close


def mmseg_options(**options: Any) -> dict[str, Any]:
    size = dict(img_size=32, patch_size=8, embed_dims=48, num_layers=2, num_heads=3, mlp_ratio=2)
    return {**size, **options}


@pytest.mark.parametrize(
    "make",
    [
        lambda: MAE(**mmseg_options(init_values=1.0)),
        lambda: MMSegBEiT(**mmseg_options(init_values=1.0, qv_bias=True)),
    ],
    ids=["MAE", "BEiT"],
)
def test_mmseg(tmp_path: Path, make: Callable[[], nn.Module]) -> None:
    reference = drawn(make())
    heads = {"decode_head.conv_seg.weight": torch.ones(1), "auxiliary_head.x": torch.ones(1)}
    content = {"meta": {}, "state_dict": {**prefixed(reference.state_dict(), "backbone."), **heads}}
    model = imported(content, tmp_path)
    assert model.load_report.family == "mmpretrain or mmseg"
    with torch.no_grad():
        found, expected = model(pictures())[-1], reference(pictures())[-1]
    assert_close(found, expected, rtol=0, atol=1e-5)


def test_mmsegs_vit(tmp_path: Path) -> None:
    reference = drawn(MMSegViT(**mmseg_options(final_norm=True, patch_bias=False)))
    content = {"state_dict": prefixed(reference.state_dict(), "backbone.")}
    model = imported(content, tmp_path)
    with torch.no_grad():
        found, expected = model(pictures())[-1], reference(pictures())[-1]
    assert_close(found, expected, rtol=0, atol=1e-5)
