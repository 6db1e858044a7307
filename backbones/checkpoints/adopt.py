"""One transfer configuration for every family: the backbone takes over what its checkpoint is.

A protocol says how to fine-tune: windows, relative position, drop path, which blocks are read. The
family says what the network is: LayerScale, activation, norms, positions, registers, and how its
pictures were normalised. `adopt` writes the latter into a configuration before anything is built,
so that the configuration kept with a run is complete.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

from backbones.checkpoints.architecture import traits_of
from backbones.checkpoints.families import Source
from backbones.checkpoints.load import read_source


def adopt(
    model: MutableMapping[str, Any], source: Source | None = None
) -> dict[str, dict[str, Any]]:
    """Change a model's configuration to its backbone's checkpoint; returns key → {old, new}.

    `old` is left out where the configuration did not give the key.

    `source` is the checkpoint, where it was read already. Nothing changes where the backbone is no
    `PlainViT` or starts from no checkpoint.

    Raises:
        FileNotFoundError, ValueError: see `load_source`; that the tensors match a recorded hash is
            left to the initialiser, which reads them.
    """
    backbone = model.get("backbone") or {}
    init = backbone.get("init_cfg") or {}
    if backbone.get("type") != "PlainViT" or not init.get("checkpoint"):
        return {}
    if source is None:
        chosen = {key: init[key] for key in ("branch", "registers") if key in init}
        source = read_source(init["checkpoint"], **chosen)
    changes: dict[str, dict[str, Any]] = {}
    for key, new in _options(source, backbone, init).items():
        if backbone.get(key, DEFAULTS[key]) != new:
            given = {"old": backbone[key]} if key in backbone else {}
            changes[f"backbone.{key}"] = {**given, "new": new}
            backbone[key] = new
    pictures = model.get("data_preprocessor") or {}
    if source.traits.normalisation is not None and "mean" in pictures:
        for key, wanted in zip(("mean", "std"), source.traits.normalisation, strict=True):
            old, new = list(pictures[key]), [value / _unit(pictures) for value in wanted]
            if any(abs(a - b) > 1e-3 * abs(b) for a, b in zip(old, new, strict=True)):
                changes[f"data_preprocessor.{key}"] = {"old": old, "new": new}
                pictures[key] = new
    return changes


# Of `PlainViT`, for the options a family decides.
DEFAULTS: dict[str, Any] = {
    "num_registers": 0,
    "act": "gelu",
    "norm_eps": 1e-6,
    "pre_norm": False,
    "patch_bias": True,
    "abs_pos": True,
    "rel_pos": None,
    "layer_scale": None,
    "final_norm": True,
}


def _options(
    source: Source, backbone: Mapping[str, Any], init: Mapping[str, Any]
) -> dict[str, Any]:
    """The family's options; where a protocol adds to them without loss, the protocol's."""
    options = traits_of(source)
    if options["act"] is None:
        del options["act"]  # `fit` refuses, and says what to do
    if options["layer_scale"] is None or backbone.get("layer_scale") is not None:
        del options["layer_scale"]  # a gamma of one changes nothing; a given one is loaded into
    if not options["abs_pos"] and "pos_embed" in init.get("allow_missing", ()):
        del options["abs_pos"]  # Li et al.: BEiT with absolute positions from random
    if not backbone.get("final_norm", True):
        del options["final_norm"]
    options["rel_pos"] = _rel_pos(options["rel_pos"], backbone.get("rel_pos"))
    return options


def _rel_pos(source: str | None, protocol: str | None) -> str | None:
    """A table that was learned is kept, in a form that can hold it.

    A shared table can be copied into every block; one a block fits nowhere else, and a decomposed
    position (ViTDet's) can hold neither.
    """
    if source is None:
        return protocol
    if protocol is None:
        return source
    return protocol if (source, protocol) == ("shared-table", "shared-table") else "table"


def _unit(pictures: Mapping[str, Any]) -> float:
    """What pixel values are divided by before mean and deviation are; MMDetection does not."""
    own = 255.0 if pictures.get("type") == "NormalisePictures" else 1.0
    return float(pictures.get("unit", own))
