"""One entry of the table of families: how to know a layout and how to read it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch

import torch

from backbones.checkpoints.families.source import Source, StateDict, Traits

# Where training scripts keep tensors. '' is the file itself.
ANYWHERE = ("", "model", "state_dict", "module")

TABLE = "relative_position_bias_table"
# What a whole encoder has, one of the names in each group.
POSITIONS = ("pos_embed",)
ANY_POSITIONS = ("pos_embed", f"rel_pos_global.{TABLE}", f"blocks.0.attn.{TABLE}")
PATCH_BIAS = ("patch_embed.proj.bias",)
NORM = ("norm.weight", "fc_norm.weight")

TIMM = ("patch_embed.proj.weight", "blocks.0.attn.qkv.weight")


def with_class_row(tensors: StateDict) -> StateDict:
    """A zero row for a class token whose position is folded into it (DeiT III, timm's DINOv2)."""
    positions = tensors.get("pos_embed")  # [1, (1 +) L, D]
    if positions is None or "cls_token" not in tensors:
        return tensors
    if math.isqrt(positions.shape[1]) ** 2 != positions.shape[1]:
        return tensors
    row = torch.zeros_like(positions[:, :1])
    return {**tensors, "pos_embed": torch.cat([row, positions], dim=1)}


def as_is(tensors: StateDict) -> StateDict:
    return tensors


@dataclass(frozen=True)
class Family:
    """A layout.

    Attributes:
        marks: names that an encoder of this layout has; patterns where they hold `*`.
        prefixes: what stands before them; the first one that fits is the encoder taken.
        containers: keys the tensors lie under.
        also: names, prefix included, that tell the layout from one with the same marks.
        beside: patterns of names outside the encoder that are left behind.
        to_timm: the encoder's tensors, without prefix, under the names of `PlainViT`.
        needs: what such a file always has, so that one without it is known to be incomplete.
        traits: what the family is known for.
        traits_of: traits read from all tensors of the container, in place of `traits`; those of
            the encoder have their prefix.
    """

    name: str
    marks: tuple[str, ...] = TIMM
    prefixes: tuple[str, ...] = ("",)
    containers: tuple[str, ...] = ANYWHERE
    also: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    to_timm: Callable[[StateDict], StateDict] = as_is
    needs: tuple[tuple[str, ...], ...] = (POSITIONS, PATCH_BIAS, NORM)
    traits: Traits = field(default_factory=Traits)
    traits_of: Callable[[StateDict], Traits] | None = None

    def read(self, found: Mapping[str, StateDict]) -> Source | None:
        """The encoder in `found`, tensors by container; None where this is another layout."""
        for container in self.containers:
            tensors = found.get(container)
            if tensors is None or not all(_has(tensors, name) for name in self.also):
                continue
            for prefix in self.prefixes:
                if all(_has(tensors, prefix + mark) for mark in self.marks):
                    return self._source(tensors, prefix)
        return None

    def _source(self, tensors: StateDict, prefix: str) -> Source:
        inside = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        outside = [name for name in tensors if not name.startswith(prefix)]
        beside = {k for k in outside if any(fnmatch(k, pattern) for pattern in self.beside)}
        traits = self.traits if self.traits_of is None else self.traits_of(tensors)
        encoder = with_class_row(self.to_timm(inside))
        for names in self.needs:
            if not any(name in encoder for name in names):
                raise ValueError(
                    f"a {self.name} file has {' or '.join(names)}, this one lacks it: it is "
                    "incomplete"
                )
        return Source(
            self.name,
            encoder,
            traits,
            beside=tuple(k for k in outside if k in beside),
            strangers=tuple(k for k in outside if k not in beside),
        )


def _has(tensors: StateDict, name: str) -> bool:
    if "*" in name:
        return any(fnmatch(known, name) for known in tensors)
    return name in tensors
