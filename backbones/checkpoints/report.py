"""What loading a checkpoint did, tensor by tensor."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class LoadReport:
    """Names of the backbone's tensors, and of the source's where they found no place.

    Attributes:
        checkpoint: path or URL; None for random initialisation on purpose.
        family: layout the source was recognised as.
        matched: taken as they were.
        resized: taken after a change of shape, name → "old → new".
        dropped: in the source, without a place in the backbone.
        missing: in the backbone, not in the source, so left at their initial value.
        meta: the export's own description, where there is one.
    """

    checkpoint: str | None
    family: str
    matched: list[str] = field(default_factory=list)
    resized: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    sha256: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        if self.checkpoint is None:
            return "backbone weights: random initialisation (no checkpoint was asked for)"
        taken = len(self.matched) + len(self.resized)
        lines = [
            f"backbone weights: {self.checkpoint} ({self.family})",
            f"  {taken} of {taken + len(self.missing)} tensors loaded, "
            f"{len(self.resized)} of them resized",
        ]
        lines += [f"  resized  {name}: {change}" for name, change in self.resized.items()]
        lines += [f"  dropped  {line}" for line in _folded(self.dropped)]
        lines += [f"  initial  {line}" for line in _folded(self.missing)]
        return "\n".join(lines)


def _folded(names: list[str]) -> list[str]:
    """`blocks.0.x, blocks.1.x, …` as one line `blocks.*.x (12)`."""
    counts: dict[str, int] = {}
    for name in names:
        key = ".".join("*" if part.isdigit() else part for part in name.split("."))
        counts[key] = counts.get(key, 0) + 1
    return [f"{key} ({count})" if count > 1 else key for key, count in counts.items()]
