"""Fitting a source's tensors to a backbone: resize what may be resized, account for everything.

Shapes: D width, p patch side, T tokens.
"""

import math
from collections.abc import Collection
from fnmatch import fnmatch

import torch
from timm.layers import resample_patch_embed
from torch import Tensor

from backbones.checkpoints.families import Source, StateDict
from backbones.checkpoints.report import LoadReport
from backbones.positions import resize_positions
from backbones.relative_position import resize_table
from backbones.vit import PlainViT

# Parts of a pretraining or classification model that are no part of its encoder.
NOT_ENCODER = (
    *("decoder_*", "mask_token", "head.*", "fc_norm.*", "pre_logits.*"),
    *("dist_token", "head_dist.*"),  # DeiT's distillation
)
# Tensors that leave the function unchanged at this value, so their absence loses nothing.
NEUTRAL = {"rel_pos": 0.0, "relative_position_bias_table": 0.0, "gamma": 1.0}


def fit(
    source: Source,
    model: PlainViT,
    checkpoint: str,
    *,
    allow_missing: Collection[str] = (),
    allow_dropped: Collection[str] = (),
) -> tuple[StateDict, LoadReport]:
    """A state dict for exactly `model`, and the report of how it came about.

    Tensors that only one side has are accepted where that loses nothing: decoder and head of the
    source, parts the backbone was told to leave out (`final_norm`, `cls_token`, `abs_pos`), neutral
    additions of the backbone (relative position at zero, LayerScale at one), and what the two
    patterns lists allow.

    Raises:
        ValueError: otherwise, naming the tensors.
    """
    report = LoadReport(checkpoint, source.family, meta=source.meta)
    own = model.state_dict()
    fitted: StateDict = {}
    problems = []
    for name, wanted in own.items():
        if name not in source.tensors:
            if not (_neutral(name, wanted) or _matches(name, allow_missing)):
                problems.append(f"missing     {name} {list(wanted.shape)}")
            report.missing.append(name)
            fitted[name] = wanted
            continue
        tensor = source.tensors[name]
        if tensor.shape == wanted.shape and not _same_size_other_grid(name, source, model):
            report.matched.append(name)
        else:
            old = list(tensor.shape)
            resized = _resize(name, tensor, wanted, source, model)
            if resized is None:
                problems.append(f"wrong shape {name} {old}, the backbone has {list(wanted.shape)}")
                continue
            tensor = resized
            report.resized[name] = f"{old} → {list(tensor.shape)}"
        fitted[name] = tensor.to(wanted.dtype)

    left_out = _switched_off(model)
    for name in source.tensors.keys() - own.keys():
        if not _matches(name, (*NOT_ENCODER, *left_out, *allow_dropped)):
            problems.append(f"no place    {name} {list(source.tensors[name].shape)}")
        report.dropped.append(name)
    report.dropped.sort()
    if problems:
        raise ValueError(_complaint(checkpoint, source.family, problems))
    return fitted, report


def _resize(
    name: str, tensor: Tensor, wanted: Tensor, source: Source, model: PlainViT
) -> Tensor | None:
    """`tensor` in the shape of `wanted`, or None where no resizing makes sense."""
    if name == "pos_embed" and tensor.shape[2] == wanted.shape[2]:
        old = _source_grid(tensor, source)
        if old is None:
            return None
        prefix = tensor.shape[1] - math.prod(old)
        resized = resize_positions(tensor.float(), old, model.grid, prefix=prefix)
        return resized[:, prefix - model.prefix :] if prefix >= model.prefix else None
    if name == "patch_embed.proj.weight" and tensor.shape[:2] == wanted.shape[:2]:
        new_patch: Tensor = resample_patch_embed(tensor.float(), list(wanted.shape[2:]))
        return new_patch
    if name.endswith("relative_position_bias_table") and tensor.shape[1] == wanted.shape[1]:
        return _resize_square_table(tensor, wanted)
    if name.endswith(("rel_pos_h", "rel_pos_w")) and tensor.shape[1] == wanted.shape[1]:
        line = tensor.float().T[None]  # [1, d, offsets]
        return torch.nn.functional.interpolate(line, size=len(wanted), mode="linear")[0].T
    return None


def _resize_square_table(tensor: Tensor, wanted: Tensor) -> Tensor | None:
    for extra in (0, 3):
        old, new = (math.isqrt(len(table) - extra) for table in (tensor, wanted))
        if old**2 + extra == len(tensor) and new**2 + extra == len(wanted):
            old_window, new_window = (old + 1) // 2, (new + 1) // 2
            return resize_table(
                tensor, (old_window, old_window), (new_window, new_window), extra=extra
            )
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
    """4 x 9 and 6 x 6 patches give equally many positions, which still need resizing."""
    grid = source.meta.get("grid")
    return name == "pos_embed" and grid is not None and tuple(grid) != model.grid


def _switched_off(model: PlainViT) -> list[str]:
    patterns = []
    if not list(model.norm.parameters()):
        patterns.append("norm.*")
    if not model.prefix:
        patterns.append("cls_token")
    if not model.has_abs_pos:
        patterns.append("pos_embed")
    return patterns


def _neutral(name: str, tensor: Tensor) -> bool:
    return any(part in name and bool((tensor == value).all()) for part, value in NEUTRAL.items())


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _complaint(checkpoint: str, family: str, problems: list[str]) -> str:
    shown = "\n  ".join(problems[:12])
    more = f"\n  … and {len(problems) - 12} more" if len(problems) > 12 else ""
    return (
        f"{checkpoint} ({family}) does not fit the backbone; {len(problems)} tensors differ:\n  "
        f"{shown}{more}\nGive the backbone the checkpoint's architecture, or, where the loss is "
        "meant, name the tensors in init_cfg.allow_missing / init_cfg.allow_dropped (patterns)."
    )
