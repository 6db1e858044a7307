"""Hugging Face transformers' layouts of ViT (DINO), ViTMAE, BEiT, DINOv2 and CLIP.

Queries, keys and values are three layers there, and the numbers a network needs beside its weights
lie in `config.json` and `preprocessor_config.json` (see `hub_files`).
"""

import torch

from backbones.checkpoints.families import beit, clip, dinov2
from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import (
    CLIP,
    IMAGENET,
    INCEPTION,
    StateDict,
    Traits,
    renamed,
)

RULES = (
    (r"^embeddings\.(cls_token|mask_token|register_tokens)$", r"\1"),
    (r"^embeddings\.class_embedding$", "cls_token"),
    (r"^embeddings\.position_embeddings?(\.weight)?$", "pos_embed"),
    (r"^embeddings\.patch_embedding(s\.projection)?\.", "patch_embed.proj."),
    (r"^encoder\.relative_position_bias\.", "rel_pos_global."),
    (r"^encoder\.layers?\.", "blocks."),
    (r"\.attention\.attention\.relative_position_bias\.", ".attn."),
    (r"\.(layernorm_before|layer_norm1)\.", ".norm1."),
    (r"\.(layernorm_after|layer_norm2)\.", ".norm2."),
    (r"\.(attention\.output\.dense|self_attn\.out_proj)\.", ".attn.proj."),
    (r"\.lambda_([12])$", r".ls\1.gamma"),
    (r"\.layer_scale([12])\.lambda1$", r".ls\1.gamma"),
    (r"\.intermediate\.dense\.", ".mlp.fc1."),
    (r"^(blocks\.\d+)\.output\.dense\.", r"\1.mlp.fc2."),
    (r"^pre_layrnorm\.", "norm_pre."),
    (r"^(layernorm|post_layernorm)\.", "norm."),
    (r"^pooler\.layernorm\.", "fc_norm."),
)
PARTS = (
    (".attention.attention.", ("query", "key", "value")),
    (".self_attn.", ("q_proj", "k_proj", "v_proj")),
)
BESIDE = (
    *("classifier.*", "cls_classifier.*", "distillation_classifier.*", "decoder.*"),
    *("text_model.*", "logit_scale", "*_projection.weight"),
)


def to_timm(tensors: StateDict) -> StateDict:
    """The tensors under our names; indices are rebuilt, not loaded."""
    indices = ("relative_position_index", "position_ids")
    kept = {name: tensor for name, tensor in tensors.items() if not name.endswith(indices)}
    named = renamed(_merged(kept), RULES)
    for name in {"cls_token", "pos_embed"} & named.keys():  # CLIP's have no batch
        named[name] = named[name].reshape(1, -1, named[name].shape[-1])
    return named


def masked_beit_to_timm(tensors: StateDict) -> StateDict:
    """BEiT with its masked-image head: the encoder's norm lies beside the encoder."""
    return to_timm(renamed(tensors, [(r"^beit\.", "")]))


def _merged(tensors: StateDict) -> StateDict:
    """Queries, keys and values in one layer; BEiT's keys have no bias."""
    merged = dict(tensors)
    for inner, parts in PARTS:
        for name in [name for name in tensors if f"{inner}{parts[0]}." in name]:
            names = [name.replace(f".{parts[0]}.", f".{part}.") for part in parts]
            missing = [part for part in names if part not in merged]
            if missing and not (missing == names[1:2] and name.endswith(".bias")):
                raise ValueError(f"{name} has no {missing[0]} beside it; the file is incomplete")
            new = name.replace(f"{inner}{parts[0]}.", ".attn.qkv.")
            query = merged[names[0]]
            merged[new] = torch.cat([merged.pop(part, torch.zeros_like(query)) for part in names])
    return merged


def dinov2_to_timm(tensors: StateDict) -> StateDict:
    return dinov2.to_timm(to_timm(tensors))


def _marks(embedding: str, query: str) -> tuple[str, str]:
    return f"embeddings.{embedding}.weight", query


VIT = _marks("patch_embeddings.projection", "encoder.layer.0.attention.attention.query.weight")
VISION = (
    *_marks("patch_embedding", "encoder.layers.0.self_attn.q_proj.weight"),
    *("embeddings.class_embedding", "pre_layrnorm.weight"),  # SigLIP has neither
)
FAMILIES = (
    Family(
        "Hugging Face BEiT",
        tuple(f"beit.{mark}" for mark in VIT),
        also=("lm_head.weight", "layernorm.weight"),
        to_timm=masked_beit_to_timm,
        needs=beit.NEEDS,
        traits=Traits(norm_eps=1e-12, normalisation=INCEPTION),
    ),
    Family(
        "Hugging Face BEiT",
        (*VIT, "encoder.layer.0.lambda_1"),
        prefixes=("beit.", ""),
        beside=BESIDE,
        to_timm=to_timm,
        needs=beit.NEEDS,
        traits=Traits(norm_eps=1e-12, normalisation=INCEPTION),
    ),
    Family(
        "Hugging Face DINOv2",
        (*VIT, "encoder.layer.0.layer_scale1.lambda1"),
        prefixes=("dinov2.", "dinov2_with_registers.", ""),
        beside=BESIDE,
        to_timm=dinov2_to_timm,
        traits=Traits(normalisation=IMAGENET),
    ),
    Family(
        "Hugging Face ViTMAE",
        VIT,
        prefixes=("vit.",),
        also=("decoder.decoder_embed.weight",),
        beside=BESIDE,
        to_timm=to_timm,
        traits=Traits(norm_eps=1e-12, normalisation=IMAGENET),
    ),
    Family(
        "Hugging Face ViT",
        VIT,
        prefixes=("vit.", ""),
        beside=BESIDE,
        to_timm=to_timm,
        traits=Traits(norm_eps=1e-12),
    ),
    Family(
        "Hugging Face CLIP",
        VISION,
        prefixes=("vision_model.", ""),
        beside=BESIDE,
        to_timm=to_timm,
        needs=clip.NEEDS,
        traits=Traits(act=None, norm_eps=1e-5, normalisation=CLIP),
    ),
)
