"""Fitting a source's tensors to a backbone: resize what may be resized, account for everything.

Shapes: D width, p patch side, T tokens.
"""

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from fnmatch import fnmatch

import torch
from timm.layers import resample_patch_embed
from torch import Tensor

from backbones.checkpoints.families import Source, StateDict
from backbones.checkpoints.families.family import TABLE
from backbones.checkpoints.report import LoadReport
from backbones.checkpoints.tables import TableResize, fitted_table
from backbones.positions import resize_positions
from backbones.vit import PlainViT

# Parts of a pretraining or classification model that are no part of its encoder.
NOT_ENCODER = (
    *("decoder_*", "mask_token", "masked_embed", "head.*", "fc_norm.*", "pre_logits.*", "proj"),
    *("dist_token", "head_dist.*"),  # DeiT's distillation
    *("lm_head.*", "classifier.*", "cls_pt_layers.*", "pred_head.*", "hogs.*", "pooler.dense.*"),
)
# Tensors that leave the function unchanged at this value, so their absence loses nothing.
NEUTRAL = {"rel_pos": 0.0, "relative_position_bias_table": 0.0, "gamma": 1.0}
SHARED_TABLE = f"rel_pos_global.{TABLE}"


def fit(
    source: Source,
    model: PlainViT,
    checkpoint: str,
    *,
    allow_missing: Collection[str] = (),
    allow_dropped: Collection[str] = (),
    rel_pos_resize: TableResize = "bicubic",
) -> tuple[StateDict, LoadReport]:
    """A state dict for exactly `model`, and the report of how it came about.

    Tensors that only one side has are accepted where that loses nothing: decoder and head of the
    source, parts the backbone was told to leave out (`final_norm`, `cls_token`, `abs_pos`), neutral
    additions of the backbone (relative position at zero, LayerScale at one), and what the two
    patterns lists allow.

    Raises:
        ValueError: otherwise, naming the tensors; and where the source is of another kind of
            network (activation, LayerNorm's epsilon, heads), which no tensor would show.
    """
    problems = list(contradictions(source, model))
    report = LoadReport(checkpoint, source.family, meta=source.meta)
    own = model.state_dict()
    tensors = with_expanded_table(source.tensors, own)
    source = replace(source, tensors=tensors)
    fitted: StateDict = {}
    kinds = {_kind(name) for name in tensors}
    for name, wanted in own.items():
        if name not in tensors:
            harmless = _neutral(name, wanted) and _kind(name) not in kinds
            if not (harmless or _matches(name, allow_missing)):
                problems.append(f"missing     {name} {list(wanted.shape)}")
            report.missing.append(name)
            fitted[name] = wanted
            continue
        tensor = tensors[name]
        if not (tensor.is_floating_point() and bool(tensor.isfinite().all())):
            problems.append(f"no numbers  {name} ({tensor.dtype}, or not finite)")
            continue
        if tensor.shape == wanted.shape and not _same_size_other_grid(name, source, model):
            report.matched.append(name)
        else:
            old = list(tensor.shape)
            resized = _resize(name, tensor, wanted, source, model, rel_pos_resize)
            if resized is None:
                problems.append(f"wrong shape {name} {old}, the backbone has {list(wanted.shape)}")
                continue
            tensor = resized
            how = f" ({rel_pos_resize})" if name.endswith(TABLE) else ""
            report.resized[name] = f"{old} → {list(tensor.shape)}{how}"
        fitted[name] = tensor.to(wanted.dtype)

    left_out = _switched_off(model)
    strange = dict.fromkeys(source.strangers)
    for name in (*(tensors.keys() - own.keys()), *strange):
        expected = () if name in strange else (*NOT_ENCODER, *left_out)
        if not _matches(name, (*expected, *allow_dropped)):
            shape = list(tensors[name].shape) if name in tensors else "outside the encoder"
            problems.append(f"no place    {name} {shape}")
        report.dropped.append(name)
    report.dropped = sorted([*report.dropped, *source.beside])
    if problems:
        raise ValueError(_complaint(checkpoint, source.family, problems))
    return fitted, report


def contradictions(source: Source, model: PlainViT) -> Iterator[str]:
    """How the source's network differs from the backbone beyond its tensors."""
    traits = source.traits
    if traits.act is None:
        yield (
            "activation  the file does not say whether its MLPs have GELU or quick-GELU; say it "
            "with `python -m backbones convert FILE OUT.pth --act …`"
        )
    elif traits.act != model.act:
        yield f"activation  {traits.act}, the backbone has {model.act} (act)"
    if traits.norm_eps != model.norm_eps:
        yield f"epsilon     {traits.norm_eps:g}, the backbone has {model.norm_eps:g} (norm_eps)"
    if traits.num_heads not in (None, model.num_heads):
        yield f"heads       {traits.num_heads}, the backbone has {model.num_heads} (num_heads)"


def with_expanded_table(tensors: StateDict, own: StateDict) -> StateDict:
    """A table shared by all blocks, for a backbone with one a block or one a kind of block.

    BEiT's fine-tuning clones it into every block; Li et al. give windowed and global blocks one
    each.
    """
    takers = [name for name in own if name.endswith(TABLE) and name not in tensors]
    if SHARED_TABLE not in tensors or not takers:
        return tensors
    tensors = dict(tensors)
    table = tensors[SHARED_TABLE] if SHARED_TABLE in own else tensors.pop(SHARED_TABLE)
    return {**tensors, **dict.fromkeys(takers, table)}


def _resize(
    name: str,
    tensor: Tensor,
    wanted: Tensor,
    source: Source,
    model: PlainViT,
    rel_pos_resize: TableResize,
) -> Tensor | None:
    """`tensor` in the shape of `wanted`, or None where no resizing makes sense."""
    if name == "pos_embed" and tensor.shape[2] == wanted.shape[2]:
        old = _source_grid(tensor, source)
        if old is None:
            return None
        had, has = tensor.shape[1] - math.prod(old), int(model.has_cls)
        if had < has:
            return None
        return resize_positions(tensor.float(), old, model.grid, prefix=had)[:, had - has :]
    if name == "patch_embed.proj.weight" and tensor.shape[:2] == wanted.shape[:2]:
        new_patch: Tensor = resample_patch_embed(tensor.float(), list(wanted.shape[2:]))
        return new_patch
    if name.endswith(TABLE) and tensor.shape[1] == wanted.shape[1]:
        return fitted_table(tensor, wanted, rel_pos_resize)
    if name.endswith(("rel_pos_h", "rel_pos_w")) and tensor.shape[1] == wanted.shape[1]:
        line = tensor.float().T[None]  # [1, d, offsets]
        return torch.nn.functional.interpolate(line, size=len(wanted), mode="linear")[0].T
    return None


def _source_grid(positions: Tensor, source: Source) -> tuple[int, int] | None:
    """The grid positions were learned on: from the export's meta, else it is taken to be square."""
    if "grid" in source.meta:
        height, width = source.meta["grid"]
        return int(height), int(width)
    for extra in (1, 0):
        side = math.isqrt(positions.shape[1] - extra)
        if side**2 + extra == positions.shape[1]:
            return side, side
    return None


def _same_size_other_grid(name: str, source: Source, model: PlainViT) -> bool:
    """4 x 9 and 6 x 6 patches give equally many positions, 4 x 8 and 8 x 4 equally long tables."""
    grid = source.meta.get("grid")
    if grid is None or tuple(grid) == model.grid:
        return False
    return name == "pos_embed" or (name.endswith(TABLE) and grid[0] != grid[1])


def _switched_off(model: PlainViT) -> list[str]:
    patterns = []
    if not list(model.norm.parameters()):
        patterns.append("norm.*")
    if not model.has_cls:
        patterns.append("cls_token")
    if not model.has_abs_pos:
        patterns.append("pos_embed")
    return patterns


def _kind(name: str) -> str:
    """A tensor's name without its block: what one block has, all have."""
    return re.sub(r"^blocks\.\d+\.", "", name)


def _neutral(name: str, tensor: Tensor) -> bool:
    return any(part in name and bool((tensor == value).all()) for part, value in NEUTRAL.items())


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _complaint(checkpoint: str, family: str, problems: list[str]) -> str:
    shown = "\n  ".join(problems[:12])
    more = f"\n  … and {len(problems) - 12} more" if len(problems) > 12 else ""
    return (
        f"{checkpoint} ({family}) does not fit the backbone; {len(problems)} things differ:\n  "
        f"{shown}{more}\nGive the backbone the checkpoint's architecture (`python -m backbones "
        "inspect FILE` prints it; runner_type='TransferRunner' takes it over by itself), or, where "
        "the loss is meant, name the tensors in init_cfg.allow_missing / init_cfg.allow_dropped."
    )
