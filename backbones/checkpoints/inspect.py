"""A checkpoint in words: what it is, what it holds, what a load would match, resize and drop."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from backbones.checkpoints.adopt import adopt
from backbones.checkpoints.convert import Described, build
from backbones.checkpoints.families.source import NORMALISATIONS, Source
from backbones.checkpoints.fit import fit
from backbones.vit import PlainViT

LOADING = ("allow_missing", "allow_dropped", "rel_pos_resize")
OPTIMISER = ("optimizer", "optimizer_states", "optim", "scaler")


def inspected(described: Described, config: Path | None) -> str:
    """Several lines of text; with a transfer configuration, the load into its backbone."""
    source, options = described.source, described.architecture.options
    millions = sum(tensor.numel() for tensor in source.tensors.values()) / 1e6
    types = sorted({str(t.dtype).removeprefix("torch.") for t in source.tensors.values()})
    heads = "" if described.architecture.heads_known else " (from the width; --heads)"
    lines = [
        f"family         {source.family}",
        f"holds          {', '.join(_holds(described))}",
        f"parameters     {millions:.1f} M, {', '.join(types)}",
        f"size           width {options['embed_dims']}, depth {options['depth']}, heads "
        f"{options['num_heads']}{heads}, patch {options['patch_size']}, "
        f"{' x '.join(map(str, options['img_size']))} pixels",
        f"network        {_network(options)}",
        f"normalisation  {_normalisation(source)}",
    ]
    if questions := described.open_questions():
        lines.append(f"open           to convert it, add {', '.join(questions)}")
    lines.append(_report(described, config))
    return "\n".join(lines)


def _report(described: Described, config: Path | None) -> str:
    if config is None:
        return str(build(described)[1])
    model = Config.fromfile(config).model
    init = {**(model.backbone.get("init_cfg") or {}), "checkpoint": described.path}
    model.backbone.init_cfg = init
    changes = adopt(model, described.source)
    options = {k: v for k, v in model.backbone.items() if k not in ("type", "init_cfg")}
    loading = {key: init[key] for key in LOADING if key in init}
    report = fit(described.source, PlainViT(**options), described.path, **loading)[1]
    taken = [f"taken over     {key} = {change['new']}" for key, change in changes.items()]
    return "\n".join([*taken, str(report)])


def _holds(described: Described) -> list[str]:
    source = described.source
    names = (*source.tensors, *source.beside, *source.strangers)
    parts = {
        "encoder": True,
        "decoder": any("decoder" in name or "pretext_neck" in name for name in names),
        "head": any("head" in name or "classifier" in name for name in names),
        "text tower": "token_embedding.weight" in names or "text_model" in " ".join(names),
        "second encoder": any(n.startswith(("teacher.", "student.", "momentum")) for n in names),
        "optimiser": bool(set(OPTIMISER) & set(described.loaded.keys)),
    }
    found = [part for part, there in parts.items() if there]
    return found + ([f"{len(source.strangers)} unknown tensors"] if source.strangers else [])


def _network(options: dict[str, Any]) -> str:
    words = [
        options["act"] or "GELU or quick-GELU (--act)",
        f"LayerNorm epsilon {options['norm_eps']:g}",
        "class token" if options["cls_token"] else "no class token",
        "absolute positions" if options["abs_pos"] else "no absolute positions",
    ]
    if options["rel_pos"]:
        kind = "shared by all blocks" if options["rel_pos"] == "shared-table" else "in every block"
        words.append(f"relative-position table {kind}")
    words += ["LayerScale"] if options["layer_scale"] else []
    words += ["a norm before the blocks"] if options["pre_norm"] else []
    words += [] if options["patch_bias"] else ["no patch bias"]
    words += [f"{options['num_registers']} registers"] if options["num_registers"] else []
    words += [] if options["final_norm"] else ["no final norm"]
    return ", ".join(words)


def _normalisation(source: Source) -> str:
    found = source.traits.normalisation
    if found is None:
        return "not in the file (--normalisation; a load keeps the configuration's)"
    name = next((name for name, known in NORMALISATIONS.items() if known == found), "its own")
    mean, std = (", ".join(f"{value:g}" for value in values) for values in found)
    return f"{name}: mean {mean}; std {std} (RGB, 0…255)"
