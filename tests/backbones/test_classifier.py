"""The pooled classifier against timm's, for both poolings."""

from typing import Any

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch import nn
from torch.testing import assert_close

from backbones import PlainViT, ViTClassifier

TRUNK: dict[str, Any] = dict(img_size=32, patch_size=8, embed_dims=48, depth=2, num_heads=3)


@pytest.mark.parametrize(("pool", "timm_pool"), [("mean", "avg"), ("token", "token")])
def test_logits_equal_timm(pool: Any, timm_pool: str) -> None:
    torch.manual_seed(0)
    reference = VisionTransformer(
        img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=7,
        global_pool=timm_pool,
    ).double()  # fmt: skip
    for parameter in reference.parameters():
        nn.init.normal_(parameter, std=0.2)
    ours = ViTClassifier(dict(arch=None, **TRUNK), 7, pool=pool).double()
    own = ("head.", "fc_norm.")
    ours.load_state_dict(
        {
            name if name.startswith(own) else f"backbone.{name}": tensor
            for name, tensor in reference.state_dict().items()
        },
        strict=True,
    )
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    # timm's fc_norm has LayerNorm's default eps in some versions, so both get the same one
    if pool == "mean":
        reference.fc_norm.eps = ours.fc_norm.eps
    assert_close(ours.eval()(images), reference.eval()(images), rtol=0, atol=1e-11)


def test_clear_errors() -> None:
    trunk = PlainViT(None, **TRUNK, cls_token=False)
    with pytest.raises(ValueError, match="pool='token' needs a backbone with cls_token=True"):
        ViTClassifier(trunk, 3, pool="token")
    with pytest.raises(ValueError, match="pool must be 'mean' or 'token', got 'max'"):
        ViTClassifier(trunk, 3, pool="max")  # type: ignore[arg-type]
