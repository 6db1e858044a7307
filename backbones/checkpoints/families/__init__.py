"""The checkpoint layouts that are recognised, as one table: the first that fits is taken."""

from collections.abc import Mapping
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


def recognise(content: Any, name: str, *, branch: Branch = "teacher") -> Source:
    """The encoder in a loaded checkpoint.

    Args:
        content: what the file holds.
        name: its path or URL, for messages and for what Hugging Face keeps beside it.
        branch: of a DINO or iBOT checkpoint that holds both.

    Raises:
        ValueError: for a layout that is not in the table, with the first names found.
    """
    export = read_export(content)
    if export is not None:
        return export
    other = dino.STUDENT if branch == "teacher" else dino.TEACHER
    try:
        found = _containers(content)
        both = {"teacher", "student"} <= found.keys()
        for family in FAMILIES:
            source = None if both and family is other else family.read(found)
            if source is not None:
                return _with_files(source, name)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
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


def _with_files(source: Source, name: str) -> Source:
    if not source.family.startswith("Hugging Face") or "://" in name:
        return source
    return with_hub_files(source, Path(name))
