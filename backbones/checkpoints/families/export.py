"""This project's exports (`backbones.export`): timm names, and traits in their `meta`."""

from collections.abc import Mapping
from typing import Any

from backbones.checkpoints.families.source import Source, Traits


def read_export(content: Any) -> Source | None:
    """The export in `content`; None where it is another kind of file."""
    if not isinstance(content, Mapping) or content.keys() != {"state_dict", "meta"}:
        return None
    meta = content["meta"]
    if not isinstance(meta, Mapping) or "sha256" not in meta:
        return None
    if any(value > 1 for value in meta.get("mean") or ()):
        raise ValueError(f"meta['mean'] is {meta['mean']}; an export's is of pictures in 0…1")
    mean, std = ([255 * x for x in meta.get(key) or ()] for key in ("mean", "std"))  # were 0…1
    normalisation: Any = (tuple(mean), tuple(std)) if mean and std else None
    traits = Traits(
        num_heads=meta.get("num_heads"),
        act=meta.get("act", "gelu"),
        norm_eps=meta.get("norm_eps", 1e-6),
        normalisation=normalisation,
    )
    return Source("export", dict(content["state_dict"]), traits, meta=dict(meta))
