"""One entry of the table of families: how to know a layout and how to read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch

from backbones.checkpoints.families.source import Source, StateDict, Traits

# Where training scripts keep tensors. '' is the file itself.
ANYWHERE = ("", "model", "state_dict", "module")

TIMM = ("patch_embed.proj.weight", "blocks.0.attn.qkv.weight")


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
        traits: what the family is known for.
        traits_of: traits read from the tensors, without prefix, in place of `traits`.
    """

    name: str
    marks: tuple[str, ...] = TIMM
    prefixes: tuple[str, ...] = ("",)
    containers: tuple[str, ...] = ANYWHERE
    also: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    to_timm: Callable[[StateDict], StateDict] = as_is
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
        return Source(
            self.name,
            self.to_timm(inside),
            traits,
            beside=tuple(k for k in outside if k in beside),
            strangers=tuple(k for k in outside if k not in beside),
        )


def _has(tensors: StateDict, name: str) -> bool:
    if "*" in name:
        return any(fnmatch(known, name) for known in tensors)
    return name in tensors
