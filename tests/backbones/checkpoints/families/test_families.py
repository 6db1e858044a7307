"""Every published layout, imported, gives the features of the model it was written from.

The references are other people's: timm, transformers, mmseg. Where a layout's own code installs
nowhere, its names are written here by hand, from its repository.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from mmseg.models.backbones import MAE
from mmseg.models.backbones import BEiT as MMSegBEiT
from mmseg.models.backbones import VisionTransformer as MMSegViT
from safetensors.torch import load_file, save_file
from timm.layers import QuickGELU
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer, checkpoint_filter_fn
from torch import Tensor, nn
from torch.testing import assert_close
from transformers import (
    BeitConfig,
    BeitForImageClassification,
    BeitForMaskedImageModeling,
    CLIPVisionConfig,
    CLIPVisionModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    ViTConfig,
    ViTForImageClassification,
    ViTMAEConfig,
    ViTMAEForPreTraining,
)

from backbones import PlainViT
from backbones.checkpoints.convert import Stated, build, describe
from backbones.checkpoints.families import (
    FAMILIES,
    Traits,
    beit,
    clip,
    dino,
    dinov2,
    huggingface,
    mae,
    recognise,
    timm_names,
)

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
    return drawn(Beit(img_size=32, init_values=0.1, global_pool="", **DIMS, **options))


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
    branch, registers = choices.pop("branch", "teacher"), choices.pop("registers", None)
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


# ------------------------------------------------------------------ layouts around timm's names


def moco(tensors: State) -> Any:
    head = {"head.0.weight": torch.ones(4, 48), "head.1.running_mean": torch.ones(4)}
    return {
        "epoch": 300,
        "arch": "vit_base",
        "optimizer": {"state": {}},
        "state_dict": {
            **prefixed({**tensors, **head}, "module.base_encoder."),
            **prefixed({**other(tensors), **head}, "module.momentum_encoder."),
            **prefixed({"0.weight": torch.ones(4, 4)}, "module.predictor."),
        },
    }


def dino_file(tensors: State) -> Any:
    head = {"module.head.mlp.0.weight": torch.ones(4, 48)}
    return {
        "student": {**prefixed(other(tensors), "module.backbone."), **head},
        "teacher": {**prefixed(tensors, "module.backbone."), **head},
        "epoch": 100,
    }


def mmpretrain(tensors: State) -> State:
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


HEAD = {"head.weight": torch.ones(5, 48), "head.bias": torch.ones(5)}
DECODER = {"mask_token": torch.ones(1, 1, 16), "decoder_embed.weight": torch.ones(16, 48)}
PLAIN: dict[str, tuple[str, Callable[[State], Any]]] = {
    "timm": ("timm classifier", lambda t: {**t, **HEAD}),
    "deit": ("DeiT", lambda t: {"model": {**t, **HEAD}}),
    "mae": ("MAE encoder", lambda t: {"model": t}),
    "mae full": ("MAE with decoder", lambda t: {"model": {**t, **DECODER}}),
    "mae compiled": ("MAE with decoder", lambda t: prefixed({**t, **DECODER}, "_orig_mod.")),
    "dino file": ("plain ViT encoder (timm, DINO, iBOT names)", lambda t: t),
    "ibot file": (
        "plain ViT encoder (timm, DINO, iBOT names)",
        lambda t: {"state_dict": {**t, "masked_embed": torch.ones(1, 48)}},
    ),
    "dino": ("DINO or iBOT teacher", dino_file),
    "moco": ("MoCo v3", moco),
    "mmpretrain": (
        "mmpretrain or mmseg",
        lambda t: {"meta": {}, "state_dict": {**mmpretrain(t), "head.fc.weight": torch.ones(1)}},
    ),
    "lightning": (
        "Lightning or OpenMMLab model",
        lambda t: {"epoch": 3, "state_dict": prefixed(t, "model.")},
    ),
    "lightly": (
        "Lightning or OpenMMLab model",
        lambda t: {
            "state_dict": {
                **prefixed(t, "backbone.vit."),
                "backbone.mask_token": torch.ones(1, 1, 48),
                "decoder.decoder_embed.weight": torch.ones(16, 48),
            }
        },
    ),
    "classifier here": (
        "Lightning or OpenMMLab model",
        lambda t: {
            "state_dict": {**prefixed(t, "backbone."), **HEAD, "fc_norm.bias": torch.ones(48)}
        },
    ),
    "simmim plain": (
        "SimMIM",
        lambda t: {"model": {**prefixed(t, "encoder."), "decoder.0.weight": torch.ones(2)}},
    ),
}


@pytest.mark.parametrize("layout", PLAIN)
def test_timms_names_wherever_they_lie(tmp_path: Path, layout: str) -> None:
    reference = timm_vit()
    family, write = PLAIN[layout]
    model = imported(write(dict(reference.state_dict())), tmp_path)
    assert model.load_report.family == family
    same(model, reference.forward_features(pictures()))


def test_student_and_teacher(tmp_path: Path) -> None:
    content = dino_file(dict(timm_vit().state_dict()))
    teacher, student = (imported(content, tmp_path, branch=b) for b in ("teacher", "student"))
    assert student.load_report.family == "DINO or iBOT student"
    assert_close(student.pos_embed, teacher.pos_embed + 1)
    only = {"student": content["student"]}
    assert imported(only, tmp_path).load_report.family == "DINO or iBOT student"


def test_mae_fine_tuned_has_its_norm_after_pooling(tmp_path: Path) -> None:
    reference = timm_vit(global_pool="avg", num_classes=5)
    assert "fc_norm.weight" in reference.state_dict()
    model = imported({"model": reference.state_dict()}, tmp_path)
    assert model.load_report.family == "MAE fine-tuned"
    same(model, reference.forward_features(pictures()))


def test_maskfeat_has_no_final_norm(tmp_path: Path) -> None:
    reference = timm_vit()
    reference.norm = nn.Identity()
    extra = {
        "mask_token": torch.ones(1, 1, 48),
        "pred_head.projections.0.weight": torch.ones(108, 48),
        "hogs.0.weight_x": torch.ones(3, 1, 3, 3),
    }
    content = {"epoch": 299, "model_state": {**reference.state_dict(), **extra}}
    model = imported(content, tmp_path)
    assert model.load_report.family == "MaskFeat"
    assert set(model.load_report.dropped) == extra.keys()
    same(model, reference.forward_features(pictures()))


def test_heads_of_moco_and_cae_small() -> None:
    """384 wide: 12 heads there, 6 everywhere else."""
    vit = timm_vit(embed_dim=384, num_heads=12, depth=1).state_dict()
    assert recognise(moco(dict(vit)), "w.pth").traits.num_heads == 12
    model = timm_beit(use_abs_pos_emb=True)
    assert recognise(cae_file(model), "w.pth").traits.num_heads is None


def test_slowfast_fine_tuned(tmp_path: Path) -> None:
    reference = timm_vit()
    content = {"model_state": {**reference.state_dict(), "head.projection.weight": torch.ones(5)}}
    model = imported(content, tmp_path)
    assert model.load_report.family == "SlowFast ViT"
    same(model, reference.forward_features(pictures()))


# ------------------------------------------------------------------------------- BEiT's code


def simmim(model: Beit) -> Any:
    tensors = {**model.state_dict(), "mask_token": torch.ones(1, 1, 48)}
    return {"model": {**prefixed(tensors, "encoder."), "decoder.0.weight": torch.ones(768, 48)}}


def cae_file(model: Beit) -> Any:
    tensors = dict(model.state_dict())
    beside = {"mask_token": torch.ones(1, 1, 48), "pretext_neck.norm.weight": torch.ones(48)}
    both = {**prefixed(tensors, "encoder."), **prefixed(other(tensors), "teacher."), **beside}
    return {"model": both}


def beit_file(model: Beit) -> Any:
    extra = {"mask_token": torch.ones(1, 1, 48), "lm_head.weight": torch.ones(8, 48)}
    index = {"rel_pos_bias.relative_position_index": torch.zeros(17, 17, dtype=torch.long)}
    return {"model": {**model.state_dict(), **extra, **index}}


def beit_2(model: Beit) -> Any:
    content = beit_file(model)
    return {"model": {**content["model"], "cls_pt_layers.0.gamma_1": torch.ones(48)}}


def mmpretrain_beit(model: Beit) -> Any:
    return {"state_dict": mmpretrain(dict(model.state_dict()))}


ABSOLUTE = {"use_shared_rel_pos_bias": False, "use_abs_pos_emb": True}
PER_BLOCK = {"use_shared_rel_pos_bias": False, "use_rel_pos_bias": True}
BEITS: dict[str, tuple[str, dict[str, bool], Callable[[Beit], Any]]] = {
    "beit": ("BEiT, BEiT v2 or PeCo", {}, beit_file),
    "beit fine-tuned": ("BEiT, BEiT v2 or PeCo", PER_BLOCK, beit_file),
    "beit v2": ("BEiT v2", {}, beit_2),
    "peco": ("BEiT, BEiT v2 or PeCo", ABSOLUTE, beit_file),
    "simmim": ("SimMIM", {}, simmim),
    "cae": ("CAE", ABSOLUTE, cae_file),
    "mmpretrain beit": ("mmpretrain or mmseg", {}, mmpretrain_beit),
}


@pytest.mark.parametrize("layout", BEITS)
def test_beits_code(tmp_path: Path, layout: str) -> None:
    family, options, write = BEITS[layout]
    reference = timm_beit(**options)
    model = imported(write(reference), tmp_path)
    assert model.load_report.family == family
    assert model.blocks[0].ls1.gamma.abs().max() > 0.1
    same(model, reference.forward_features(pictures()))


# ------------------------------------------------------------------------------------- DINOv2


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


# --------------------------------------------------------------------------------------- CLIP


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
    described = describe(str(tmp_path / "w.pth"), "teacher", None, Stated(heads=4))
    assert [question.split()[0] for question in described.open_questions()] == ["--act"]


# ---------------------------------------------------------------- transformers, as they save it

HF: dict[str, Any] = dict(
    hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=96,
    image_size=32, patch_size=8,
)  # fmt: skip
HF_DECODER: dict[str, Any] = dict(
    decoder_hidden_size=32, decoder_num_hidden_layers=1, decoder_num_attention_heads=2,
    decoder_intermediate_size=64,
)  # fmt: skip
HUB: dict[str, tuple[str, Callable[[], nn.Module], Callable[[Any], Tensor]]] = {
    "ViT": (
        "Hugging Face ViT",
        lambda: ViTForImageClassification(ViTConfig(**HF)),
        lambda m: m.vit(pictures()).last_hidden_state,
    ),
    "ViTMAE": (
        "Hugging Face ViTMAE",
        lambda: ViTMAEForPreTraining(ViTMAEConfig(**HF, **HF_DECODER, mask_ratio=0.0)),
        # it shuffles the patches by the noise; so their order stays
        lambda m: m.vit(pictures(), noise=torch.arange(16.0).expand(2, -1)).last_hidden_state,
    ),
    "BEiT masked": (
        "Hugging Face BEiT",
        lambda: BeitForMaskedImageModeling(
            BeitConfig(**HF, use_shared_relative_position_bias=True, use_mask_token=True)
        ),
        lambda m: m.layernorm(m.beit(pictures()).last_hidden_state),
    ),
    "BEiT": (
        "Hugging Face BEiT",
        lambda: BeitForImageClassification(BeitConfig(**HF, use_relative_position_bias=True)),
        lambda m: m.beit(pictures()).last_hidden_state,
    ),
    "DINOv2": (
        "Hugging Face DINOv2",
        lambda: Dinov2Model(Dinov2Config(**HF)),
        lambda m: m(pictures()).last_hidden_state,
    ),
    "DINOv2 registers": (
        "Hugging Face DINOv2",
        lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**HF)),
        lambda m: m(pictures()).last_hidden_state,
    ),
    "CLIP": (
        "Hugging Face CLIP",
        lambda: CLIPVisionModel(CLIPVisionConfig(**HF)),
        lambda m: m.post_layernorm(m(pictures()).last_hidden_state),
    ),
}


@pytest.mark.parametrize("layout", HUB)
def test_transformers(tmp_path: Path, layout: str) -> None:
    family, make, features = HUB[layout]
    reference = drawn(make())
    reference.save_pretrained(tmp_path)
    registers = "keep" if "registers" in layout else None
    model = from_file(tmp_path / "model.safetensors", None, registers=registers)
    assert model.load_report.family == family
    assert (model.num_heads, model.norm_eps) == (3, float(reference.config.layer_norm_eps))
    same(model, features(reference))


def test_files_beside_the_weights_are_believed(tmp_path: Path) -> None:
    drawn(ViTForImageClassification(ViTConfig(**HF))).save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    (tmp_path / "preprocessor_config.json").write_text(
        '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}'
    )
    traits = recognise(load_file(weights), str(weights)).traits
    assert traits.normalisation == ((127.5,) * 3, (127.5,) * 3)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"gelu"', '"silu"'))
    with pytest.raises(ValueError, match="asks for hidden_act 'silu'"):
        recognise(load_file(weights), str(weights))
    config.write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is no JSON"):
        recognise(load_file(weights), str(weights))
    config.unlink()
    assert recognise(load_file(weights), str(weights)).traits.num_heads is None


# --------------------------------------------------------------------------------------- mmseg


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


# -------------------------------------------------------------------------------------- whole


def test_safetensors_and_their_damage(tmp_path: Path) -> None:
    reference = timm_vit()
    path = tmp_path / "w.safetensors"
    save_file(dict(reference.state_dict()), path)
    same(from_file(path), reference.forward_features(pictures()))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        from_file(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda t: t | {"backbone.layers.1.first.weight": t.pop("backbone.layers.1.ln1.weight")},
            r"missing     blocks\.1\.norm1\.weight",
        ),
        (
            lambda t: t | {"backbone.blocks.1.norm1.weight": t["backbone.layers.1.ln1.weight"]},
            "half renamed",
        ),
        (
            lambda t: t | {"teacher_net.layers.0.ln1.weight": torch.ones(48)},
            r"no place    teacher_net\.layers\.0\.ln1\.weight outside the encoder",
        ),
    ],
    ids=["lost", "twice", "stranger"],
)
def test_half_renamed_files_are_refused(
    tmp_path: Path, spoil: Callable[[State], State], message: str
) -> None:
    tensors = spoil(mmpretrain(dict(timm_vit().state_dict())))
    with pytest.raises(ValueError, match=message):
        imported({"state_dict": tensors}, tmp_path)


@pytest.mark.parametrize(("name", "missing"), [("key.weight", "key"), ("value.bias", "value")])
def test_half_an_attention_is_refused(tmp_path: Path, name: str, missing: str) -> None:
    ViTForImageClassification(ViTConfig(**HF)).save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors[f"vit.encoder.layer.1.attention.attention.{name}"]
    with pytest.raises(ValueError, match=f"no .*{missing}.* beside it; the file is incomplete"):
        recognise(tensors, "w.pth")


def test_every_family_of_the_table_is_tested() -> None:
    """A family added to the table needs a layout here."""
    tested = {family for family, *_ in (*PLAIN.values(), *BEITS.values(), *HUB.values())}
    tested |= {"DINO or iBOT student", "MAE fine-tuned", "MaskFeat", "OpenAI CLIP", "OpenCLIP"}
    tested |= {"DINOv2", "DINOv2 (timm)", "DINOv2 teacher"}
    tested |= {"CLIP (timm)", "SlowFast ViT"}
    elsewhere = {"distilled DeiT", "distilled DeiT (timm)"}  # test_initializer.py
    assert {family.name for family in FAMILIES} == tested | elsewhere


@pytest.mark.parametrize(
    ("ours", "model"),
    [
        (mae.TRAITS, "vit_base_patch16_224.mae"),
        (timm_names.FACEBOOK, "deit_base_patch16_224.fb_in1k"),
        (dino.TEACHER.traits, "vit_base_patch16_224.dino"),
        (dinov2.TRAITS, "vit_base_patch14_dinov2.lvd142m"),
        (clip.FAMILIES[0].traits, "vit_base_patch16_clip_quickgelu_224.openai"),
        (clip.FAMILIES[1].traits, "vit_base_patch16_clip_224.laion2b"),
        (beit.FAMILIES[0].traits, "beitv2_base_patch16_224.in1k_ft_in1k"),
        (huggingface.FAMILIES[0].traits, "beit_base_patch16_224.in22k_ft_in22k"),
    ],
)
def test_normalisations_are_those_timm_records(ours: Traits, model: str) -> None:
    recorded = timm.get_pretrained_cfg(model)
    for found, expected in zip(ours.normalisation, (recorded.mean, recorded.std), strict=True):
        assert found == pytest.approx([255 * value for value in expected], abs=1e-3)
