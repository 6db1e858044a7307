"""From any family's file to this project's export, with nothing left to guess."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backbones.checkpoints.architecture import Architecture, architecture
from backbones.checkpoints.families import Branch, Source
from backbones.checkpoints.families.source import NORMALISATIONS
from backbones.checkpoints.fit import fit
from backbones.checkpoints.load import Loaded, Registers, load_source
from backbones.checkpoints.report import LoadReport
from backbones.export import load_export, save_export
from backbones.vit import PlainViT


@dataclass(frozen=True)
class Stated:
    """What the user knows and the file does not say; None leaves the file's word."""

    heads: int | None = None
    act: str | None = None
    normalisation: str | None = None

    def added_to(self, source: Source) -> Source:
        known: dict[str, Any] = {
            "num_heads": self.heads,
            "act": self.act,
            "normalisation": NORMALISATIONS.get(self.normalisation or ""),
        }
        stated = {key: value for key, value in known.items() if value is not None}
        for key, value in stated.items():
            if getattr(source.traits, key) not in (None, value):
                raise ValueError(
                    f"the checkpoint ({source.family}) says {key} {getattr(source.traits, key)}, "
                    f"and {value} was given; leave it out"
                )
        return replace(source, traits=replace(source.traits, **stated))


@dataclass(frozen=True)
class Described:
    """A checkpoint that was read: its path, what it holds, and the backbone it fills."""

    path: str
    loaded: Loaded
    architecture: Architecture

    @property
    def source(self) -> Source:
        return self.loaded.source

    def open_questions(self) -> list[str]:
        """What must be stated before the checkpoint can be converted."""
        missing = []
        if not self.architecture.heads_known:
            missing.append(f"--heads (the width suggests {self.architecture.options['num_heads']})")
        if self.source.traits.act is None:
            missing.append("--act (GELU or quick-GELU)")
        if self.source.traits.normalisation is None:
            missing.append("--normalisation (of the pictures it was trained on)")
        return missing


def describe(
    path: str, branch: Branch | None, registers: Registers | None, stated: Stated
) -> Described:
    """Raises ValueError or FileNotFoundError for what cannot be read, recognised or sized."""
    loaded = load_source(path, branch=branch, registers=registers)
    loaded = replace(loaded, source=stated.added_to(loaded.source))
    return Described(path, loaded, architecture(loaded.source, path))


def build(described: Described) -> tuple[PlainViT, LoadReport]:
    """The backbone of the checkpoint, filled completely."""
    options = {**described.architecture.options}
    options["act"] = options["act"] or "gelu"
    source = described.source
    if source.traits.act is None:  # still looked at; `convert` refuses
        source = replace(source, traits=replace(source.traits, act="gelu"))
    model = PlainViT(None, **options)
    tensors, report = fit(source, model, described.path)
    model.load_state_dict(tensors, strict=True)
    return model, report


def convert(described: Described, out: Path) -> dict[str, Any]:
    """Write an export, checked by reading it back into a backbone; returns its `meta`.

    Raises:
        ValueError: where facts are missing that the export must hold.
    """
    if questions := described.open_questions():
        raise ValueError(
            f"{described.path} ({described.source.family}) does not say everything an export must; "
            f"add {', '.join(questions)}"
        )
    model, _ = build(described)
    options, traits = described.architecture.options, described.source.traits
    mean, std = traits.normalisation or ((), ())
    meta = {
        **described.source.meta,
        "family": described.source.family,
        "source": Path(described.path).name,
        **options,
        "grid": list(model.grid),
        "mean": [value / 255 for value in mean],
        "std": [value / 255 for value in std],
    }
    meta = save_export(out, model.state_dict(), meta)
    PlainViT(None, **options).load_state_dict(load_export(out)[0], strict=True)
    return meta
