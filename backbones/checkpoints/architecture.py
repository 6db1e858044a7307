"""The `PlainViT` a checkpoint was trained as, read from its tensors and its family's traits."""

import math
from dataclasses import dataclass
from typing import Any

from backbones.checkpoints.families import Source
from backbones.checkpoints.families.family import TABLE
from backbones.checkpoints.fit import SHARED_TABLE

# Heads of the published sizes, by width; families that differ say so in their traits.
HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16, 1408: 16, 1664: 16}


@dataclass(frozen=True)
class Architecture:
    """Options of the backbone that the checkpoint fills completely.

    Attributes:
        heads_known: the number of heads is recorded, shown by a tensor, or of a published size.
    """

    options: dict[str, Any]
    heads_known: bool


def architecture(source: Source, path: str) -> Architecture:
    """Raises ValueError for what is no whole plain ViT or cannot be sized."""
    tensors, traits = source.tensors, source.traits
    try:
        width, _, *patch = tensors["patch_embed.proj.weight"].shape
        hidden = tensors["blocks.0.mlp.fc1.weight"].shape[0]
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path} ({source.family}) is no whole plain ViT: {error}") from error
    if len(patch) != 2 or patch[0] != patch[1]:
        raise ValueError(f"{path} ({source.family}) has patches of {patch}, not square 2-D ones")
    table = tensors.get(SHARED_TABLE, tensors.get(f"blocks.0.attn.{TABLE}"))
    heads = traits.num_heads or (int(table.shape[1]) if table is not None else HEADS.get(width))
    cls_token = "cls_token" in tensors
    grid = _grid(source, cls_token, path)
    depth = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blocks."))
    options: dict[str, Any] = {
        "img_size": [side * patch[0] for side in grid],
        "patch_size": patch[0],
        "embed_dims": width,
        "depth": depth,
        "num_heads": heads or max(1, width // 64),
        "mlp_ratio": hidden / width,
        "cls_token": cls_token,
        **traits_of(source),
    }
    return Architecture(options, heads is not None)


def traits_of(source: Source) -> dict[str, Any]:
    """The options of `PlainViT` that belong to the family, not to the size or the protocol."""
    tensors = source.tensors
    per_block = f"blocks.0.attn.{TABLE}" in tensors
    return {
        "num_registers": tensors["reg_token"].shape[1] if "reg_token" in tensors else 0,
        "act": source.traits.act,
        "norm_eps": source.traits.norm_eps,
        "pre_norm": "norm_pre.weight" in tensors,
        "patch_bias": "patch_embed.proj.bias" in tensors,
        "abs_pos": "pos_embed" in tensors,
        "rel_pos": "shared-table" if SHARED_TABLE in tensors else "table" if per_block else None,
        "layer_scale": 1.0 if "blocks.0.ls1.gamma" in tensors else None,
        "final_norm": "norm.weight" in tensors,
    }


def _grid(source: Source, cls_token: bool, path: str) -> tuple[int, int]:
    if "grid" in source.meta:
        height, width = source.meta["grid"]
        return int(height), int(width)
    tensors, extra = source.tensors, int(cls_token)
    if "pos_embed" in tensors:
        patches = tensors["pos_embed"].shape[1] - extra
        side = math.isqrt(patches)
    else:
        table = tensors.get(SHARED_TABLE, tensors.get(f"blocks.0.attn.{TABLE}"))
        if table is None:
            raise ValueError(f"{path} has neither positions nor a table: its grid is unknown")
        side = (math.isqrt(len(table) - 3 * extra) + 1) // 2
        patches = side**2 if (2 * side - 1) ** 2 == len(table) - 3 * extra else -1
    if side**2 != patches:
        raise ValueError(f"{path}: its positions form no square grid and none is recorded")
    return side, side
