"""Small networks of other people, and their weights in files, for the importers' tests."""

import re
from pathlib import Path
from typing import Any

import torch
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torch.testing import assert_close

from backbones import PlainViT
from backbones.checkpoints.convert import Stated, build, describe

State = dict[str, Tensor]
DIMS: dict[str, Any] = dict(patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=0)


def drawn(model: nn.Module) -> Any:
    """Every weight random: one at zero or one would hide how it is used."""
    torch.manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    model.eval()  # mmseg's returns None
    return model


def timm_vit(**options: Any) -> VisionTransformer:
    return drawn(VisionTransformer(img_size=32, **{**DIMS, **options}))


def timm_beit(**options: Any) -> Beit:
    options = {"use_shared_rel_pos_bias": True, "use_abs_pos_emb": False, **options}
    return drawn(Beit(img_size=32, init_values=0.1, global_pool="", **{**DIMS, **options}))


def pictures() -> Tensor:
    torch.manual_seed(1)
    return torch.randn(2, 3, 32, 32)


def prefixed(tensors: State, prefix: str) -> State:
    return {prefix + name: tensor for name, tensor in tensors.items()}


def renamed(tensors: State, *rules: tuple[str, str]) -> State:
    result = {}
    for name, tensor in tensors.items():
        for pattern, new in rules:
            name = re.sub(pattern, new, name)
        result[name] = tensor
    return result


def other(tensors: State) -> State:
    """Another network under the same names, which must not be the one that is taken."""
    return {name: tensor + 1 for name, tensor in tensors.items()}


def imported(content: Any, tmp_path: Path, heads: int | None = 3, **choices: Any) -> PlainViT:
    """Through a file, into the backbone that `inspect` and `convert` build."""
    torch.save(content, tmp_path / "weights.pth")
    return from_file(tmp_path / "weights.pth", heads, **choices)


def from_file(path: Path, heads: int | None = 3, **choices: Any) -> PlainViT:
    branch, registers = choices.pop("branch", None), choices.pop("registers", None)
    described = describe(str(path), branch, registers, Stated(heads, **choices))
    model, report = build(described)
    assert not report.missing
    assert not report.resized
    model.load_report = report
    return model.eval()


def same(model: PlainViT, expected: Tensor, prefix: int = 0) -> None:
    with torch.no_grad():
        found = model.features(pictures())[:, prefix:]
    assert_close(found, expected.detach(), rtol=0, atol=1e-5)


def mmpretrain(tensors: State) -> State:
    """timm's names as mmpretrain has them, below `backbone.`."""
    return prefixed(
        renamed(
            tensors,
            (r"patch_embed\.proj\.", "patch_embed.projection."),
            (r"^norm\.", "ln1."),
            (r"^blocks\.", "layers."),
            (r"\.norm([12])\.", r".ln\1."),
            (r"mlp\.fc1", "ffn.layers.0.0"),
            (r"mlp\.fc2", "ffn.layers.1"),
            (r"\.ls1\.gamma", ".attn.gamma1.weight"),
            (r"\.ls2\.gamma", ".ffn.gamma2.weight"),
        ),
        "backbone.",
    )
