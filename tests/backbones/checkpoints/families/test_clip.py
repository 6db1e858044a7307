"""CLIP's image towers, against timm's own conversion of the same files."""

from pathlib import Path

import pytest
import torch
from small_vits import State, imported, pictures, same
from timm.layers import QuickGELU
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
from torch import nn

from backbones.checkpoints.convert import Stated, describe


def clip_layout(width: int = 64) -> State:
    """OpenAI's names, with one text weight beside the image tower."""
    torch.manual_seed(0)
    state: State = {
        "positional_embedding": torch.randn(7, 8),
        "logit_scale": torch.tensor(1.0),
        "transformer.resblocks.0.ln_1.weight": torch.ones(8),
        "visual.class_embedding": torch.randn(width),
        "visual.positional_embedding": torch.randn(17, width),
        "visual.proj": torch.randn(width, 8),
        "visual.conv1.weight": 0.1 * torch.randn(width, 3, 8, 8),
    }
    for norm in ("ln_pre", "ln_post"):
        for part in ("weight", "bias"):
            state[f"visual.{norm}.{part}"] = torch.randn(width)
    shapes = {
        "ln_1": (width,),
        "ln_2": (width,),
        "attn.out_proj": (width, width),
        "mlp.c_fc": (4 * width, width),
        "mlp.c_proj": (width, 4 * width),
    }
    for i in range(2):
        block = f"visual.transformer.resblocks.{i}."
        for name, shape in shapes.items():
            state[f"{block}{name}.weight"] = 0.2 * torch.randn(shape)
            state[f"{block}{name}.bias"] = 0.2 * torch.randn(shape[0])
        state[f"{block}attn.in_proj_weight"] = 0.2 * torch.randn(3 * width, width)
        state[f"{block}attn.in_proj_bias"] = 0.2 * torch.randn(3 * width)
    return state


def timm_clip(state: State, act: type[nn.Module]) -> VisionTransformer:
    model = VisionTransformer(
        img_size=32, patch_size=8, embed_dim=64, depth=2, num_heads=4, num_classes=8, pre_norm=True,
        act_layer=act, norm_layer="layernorm", global_pool="token",
    ).eval()  # fmt: skip
    for module in model.modules():
        if isinstance(module, nn.LayerNorm):
            module.eps = 1e-5
    model.load_state_dict(checkpoint_filter_fn(dict(state), model), strict=True)
    return model


OPENAI = {key: torch.tensor(1) for key in ("input_resolution", "context_length", "vocab_size")}


@pytest.mark.parametrize(
    ("extra", "act", "stated", "family"),
    [
        (OPENAI, QuickGELU, None, "OpenAI CLIP"),
        ({}, nn.GELU, "gelu", "OpenCLIP"),
        ({}, QuickGELU, "quick-gelu", "OpenCLIP"),
    ],
)
def test_clip(
    tmp_path: Path, extra: State, act: type[nn.Module], stated: str | None, family: str
) -> None:
    state = clip_layout()
    reference = timm_clip(state, act)
    model = imported({"state_dict": {**state, **extra}}, tmp_path, heads=4, act=stated)
    assert model.load_report.family == family
    assert model.patch_embed.proj.bias is None
    same(model, reference.forward_features(pictures()))


@pytest.mark.parametrize(("act", "name"), [(nn.GELU, "gelu"), (QuickGELU, "quick-gelu")])
def test_clip_in_timms_names(tmp_path: Path, act: type[nn.Module], name: str) -> None:
    reference = timm_clip(clip_layout(), act)
    model = imported(dict(reference.state_dict()), tmp_path, heads=4, act=name)
    assert model.load_report.family == "CLIP (timm)"
    same(model, reference.forward_features(pictures()))


def test_open_clip_does_not_say_its_activation(tmp_path: Path) -> None:
    torch.save(clip_layout(), tmp_path / "w.pth")
    described = describe(str(tmp_path / "w.pth"), None, None, Stated(heads=4))
    assert [question.split()[0] for question in described.open_questions()] == ["--act"]
