"""The checkpoint layouts that are recognised, as one table.

Each family says how to know it and how to get timm-named tensors out of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

StateDict = dict[str, Tensor]


@dataclass(frozen=True)
class Source:
    """A recognised checkpoint: timm-named tensors and what is known about them."""

    family: str
    tensors: StateDict
    meta: dict[str, Any] = field(default_factory=dict)


def _is_state_dict(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(isinstance(value, Tensor) for value in content.values())
    )


def _plain_vit(tensors: Any) -> bool:
    return _is_state_dict(tensors) and {"patch_embed.proj.weight", "blocks.0.attn.qkv.weight"} <= (
        tensors.keys()
    )


def _inner(content: Any) -> Any:
    """The tensors of a flat dict, or of one under `model`."""
    if isinstance(content, Mapping) and isinstance(content.get("model"), Mapping):
        return content["model"]
    return content


def _is_export(content: Any) -> bool:
    return isinstance(content, Mapping) and content.keys() == {"state_dict", "meta"}


def _is_mae_full(content: Any) -> bool:
    tensors = _inner(content)
    return _plain_vit(tensors) and "decoder_embed.weight" in tensors


def _is_classifier(content: Any) -> bool:
    tensors = _inner(content)
    return _plain_vit(tensors) and "head.weight" in tensors


def _is_distilled(content: Any) -> bool:
    tensors = _inner(content)
    return _plain_vit(tensors) and {"dist_token", "pos_embed"} <= tensors.keys()


def _without_distillation(content: Any) -> StateDict:
    """Positions of the class token and the patches; the distillation token's row is between."""
    tensors = dict(_inner(content))
    positions = tensors["pos_embed"]  # [1, 2 + L, D]
    return {**tensors, "pos_embed": torch.cat([positions[:, :1], positions[:, 2:]], dim=1)}


FAMILIES: tuple[tuple[str, Callable[[Any], bool], Callable[[Any], StateDict]], ...] = (
    ("export", _is_export, lambda content: content["state_dict"]),
    ("MAE with decoder", _is_mae_full, _inner),
    ("distilled DeiT", _is_distilled, _without_distillation),
    ("timm or DeiT classifier", _is_classifier, _inner),
    ("plain ViT encoder (MAE, timm, DINO names)", lambda c: _plain_vit(_inner(c)), _inner),
)


def recognise(content: Any, name: str) -> Source:
    """The family of a loaded checkpoint.

    Raises:
        ValueError: for a layout that is not in the table, with the first keys found.
    """
    for family, matches, tensors in FAMILIES:
        if matches(content):
            meta = dict(content["meta"]) if family == "export" else {}
            return Source(family, dict(tensors(content)), meta)
    keys = list(content)[:8] if isinstance(content, Mapping) else type(content).__name__
    raise ValueError(
        f"{name} has no layout known here (first keys: {keys}). Known: "
        + "; ".join(family for family, _, _ in FAMILIES)
    )
