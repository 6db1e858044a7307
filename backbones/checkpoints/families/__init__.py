"""The checkpoint layouts that are recognised, as one table: the first that fits is taken."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from backbones.checkpoints.families import (
    beit,
    cae,
    clip,
    dino,
    dinov2,
    huggingface,
    lightning,
    mae,
    maskfeat,
    mmlab,
    moco,
    simmim,
    timm_names,
)
from backbones.checkpoints.families.export import read_export
from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.hub_files import with_hub_files
from backbones.checkpoints.families.source import Source, StateDict, Traits, renamed

__all__ = ["FAMILIES", "Branch", "Source", "StateDict", "Traits", "recognise"]

Branch = Literal["teacher", "student"]

FAMILIES: tuple[Family, ...] = (
    *moco.FAMILIES,
    *simmim.FAMILIES,
    *cae.FAMILIES,
    *maskfeat.FAMILIES,
    *dino.FAMILIES,
    *dinov2.FAMILIES,
    *clip.FAMILIES,
    *beit.FAMILIES,
    *mae.FAMILIES,
    *timm_names.FAMILIES,
    *mmlab.FAMILIES,
    *huggingface.FAMILIES,
    *lightning.FAMILIES,
)
# Written in front of names by DistributedDataParallel and torch.compile.
WRAPPERS = r"(^|(?<=\.))(module|_orig_mod)\."
CONTAINERS = tuple(dict.fromkeys(c for family in FAMILIES for c in family.containers if c))


def recognise(content: Any, name: str, *, branch: Branch | None = None) -> Source:
    """The encoder in a loaded checkpoint.

    Args:
        content: what the file holds.
        name: its path or URL, for messages and for what Hugging Face keeps beside it.
        branch: of a DINO or iBOT training checkpoint; the teacher where it is not given.

    Raises:
        ValueError: for a layout that is not in the table, with the first names found.
    """
    try:
        export = read_export(content)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if export is not None:
        return export
    other = dino.TEACHER if branch == "student" else dino.STUDENT
    try:
        found = _containers(content)
        if branch is not None and branch not in found:
            raise ValueError(f"there is no {branch} in it ({', '.join(filter(None, found))})")
        both = {"teacher", "student"} <= found.keys()
        for family in FAMILIES:
            source = None if both and family is other else family.read(found)
            if source is not None:
                return _with_files(_as_adopted(source, content), name)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    except KeyError as error:
        raise ValueError(f"{name}: there is no {error} in it; it is incomplete") from error
    keys = [key for tensors in found.values() for key in tensors][:8] or (
        list(content)[:8] if isinstance(content, Mapping) else type(content).__name__
    )
    known = ", ".join(dict.fromkeys(["export", *(family.name for family in FAMILIES)]))
    raise ValueError(f"{name} has no layout known here (first names: {keys}). Known: {known}")


def _containers(content: Any) -> dict[str, StateDict]:
    """The groups of tensors in a file, by the key they lie under, '' for the file itself."""
    if not isinstance(content, Mapping):
        return {}
    found: dict[str, StateDict] = {}
    for container in ("", *CONTAINERS):
        inner = content if not container else content.get(container)
        if isinstance(inner, Mapping):
            tensors = {k: v for k, v in inner.items() if isinstance(v, Tensor)}
            if tensors:
                found[container] = renamed(tensors, [(WRAPPERS, "")])
    return found


def _as_adopted(source: Source, content: Mapping[str, Any]) -> Source:
    """The traits that a transfer run of this project took over and kept beside its weights."""
    adopted = (content.get("meta") or {}).get("adopted") if "state_dict" in content else None
    changes = {key: change["new"] for key, change in (adopted or {}).get("changes", {}).items()}
    if not changes:
        return source
    traits = source.traits
    pictures: Any = [tuple(changes.get(f"data_preprocessor.{k}", ())) for k in ("mean", "std")]
    return replace(
        source,
        traits=replace(
            traits,
            act=changes.get("backbone.act", traits.act),
            norm_eps=changes.get("backbone.norm_eps", traits.norm_eps),
            normalisation=tuple(pictures) if all(pictures) else traits.normalisation,
        ),
    )


def _with_files(source: Source, name: str) -> Source:
    if not source.family.startswith("Hugging Face") or "://" in name:
        return source
    return with_hub_files(source, Path(name))
