"""From a path or URL to a recognised source, with what the user chose about it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from backbones.checkpoints.families import Branch, Source, recognise
from backbones.checkpoints.read import read_checkpoint
from backbones.export import checked_sha256

Registers = Literal["keep", "drop"]
REGISTERS = "reg_token"


@dataclass(frozen=True)
class Loaded:
    """A source, the hash of its tensors, and the names of what else the file holds."""

    source: Source
    sha256: str
    keys: tuple[str, ...]


def load_source(
    path: str, *, branch: Branch | None = None, registers: Registers | None = None
) -> Loaded:
    """Read, recognise and check a checkpoint.

    Args:
        path: path or URL.
        branch: which network of a DINO or iBOT training checkpoint.
        registers: whether DINOv2's registers stay; there is no default.

    Raises:
        FileNotFoundError, ValueError: see `read_checkpoint`, `recognise` and `checked_sha256`;
            and where the file has registers and nobody said what becomes of them.
    """
    source, content = _recognised(path, branch)
    sha256 = checked_sha256(source.tensors, source.meta, path)
    keys = tuple(str(key) for key in content) if isinstance(content, dict) else ()
    return Loaded(_with_choice(source, registers, path), sha256, keys)


def read_source(
    path: str, *, branch: Branch | None = None, registers: Registers | None = None
) -> Source:
    """As `load_source`, for who asks what a checkpoint is: nothing is hashed, little is read."""
    return _with_choice(_recognised(path, branch)[0], registers, path)


def _recognised(path: str, branch: Branch | None) -> tuple[Source, Any]:
    """The encoder, and all that the file holds."""
    if branch not in (None, "teacher", "student"):
        raise ValueError(f"branch must be 'teacher' or 'student', got {branch!r}")
    content = read_checkpoint(path)
    return recognise(content, path, branch=branch), content


def _with_choice(source: Source, registers: Registers | None, path: str) -> Source:
    if registers not in (None, "keep", "drop"):
        raise ValueError(f"registers must be 'keep' or 'drop', got {registers!r}")
    if REGISTERS not in source.tensors or registers == "keep":
        return source
    if registers is None:
        count = source.tensors[REGISTERS].shape[1]
        raise ValueError(
            f"{path} has {count} register tokens; say what becomes of them: init_cfg.registers "
            "(--registers) 'keep', for backbones that attend globally, or 'drop'"
        )
    tensors: dict[str, Any] = dict(source.tensors)
    del tensors[REGISTERS]
    return replace(source, tensors=tensors, beside=(*source.beside, REGISTERS))
