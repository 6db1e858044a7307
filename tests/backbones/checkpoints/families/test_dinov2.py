"""DINOv2, registers kept and dropped: as published, as timm has it, and while it trains."""

from pathlib import Path
from typing import Any

import pytest
import torch
from small_vits import imported, pictures, prefixed, renamed, same, timm_vit


@pytest.mark.parametrize("registers", ["keep", "drop"])
def test_dinov2_with_registers(tmp_path: Path, registers: Any) -> None:
    """The published file has the class token's position, timm's has folded it into the token."""
    reference = timm_vit(reg_tokens=4, init_values=1.0, no_embed_class=True)
    folded = dict(reference.state_dict())
    cls_position = torch.randn(1, 1, 48)
    published = {
        **folded,
        "cls_token": folded["cls_token"] - cls_position,
        "pos_embed": torch.cat([cls_position, folded["pos_embed"]], dim=1),
        "mask_token": torch.ones(1, 48),
    }
    published["register_tokens"] = published.pop("reg_token")
    chunked = renamed(published, (r"^blocks\.(\d)", r"blocks.0.\1"))
    training = {"model": {**prefixed(chunked, "teacher.backbone."), "student.x": torch.ones(1)}}
    if registers == "drop":
        reference.reg_token = None
        reference.num_prefix_tokens, reference.num_reg_tokens = 1, 0
    expected = reference.forward_features(pictures())
    for content, family in (
        (published, "DINOv2"), (folded, "DINOv2 (timm)"), (training, "DINOv2 teacher"),
    ):  # fmt: skip
        model = imported(content, tmp_path, registers=registers)
        assert model.load_report.family == family
        assert (registers == "drop") == ("reg_token" in model.load_report.dropped)
        same(model, expected)
    with pytest.raises(ValueError, match="has 4 register tokens; say what becomes of them"):
        imported(published, tmp_path)


def test_swiglu_is_refused(tmp_path: Path) -> None:
    tensors = {**timm_vit(init_values=1.0).state_dict(), "mask_token": torch.ones(1, 48)}
    tensors["blocks.0.mlp.w12.weight"] = torch.ones(1)
    with pytest.raises(ValueError, match=r"weights\.pth: the checkpoint has SwiGLU blocks"):
        imported(tensors, tmp_path)
