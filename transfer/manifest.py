"""A fingerprint of the data a run saw: the names and sizes of its pictures, its annotations."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backbones.runs.provenance import sha256_file


def describe_data(root: Path, images: Iterable[str], annotations: Iterable[str]) -> dict[str, Any]:
    """`images` and `annotations` are paths below `root`: hash of names and sizes, of contents."""
    return {
        "name": root.name,
        "manifest_sha256": _hash(f"{_below(p, root)} {Path(p).stat().st_size}" for p in images),
        "annotations_sha256": _hash(f"{_below(p, root)} {sha256_file(p)}" for p in annotations),
    }


def _below(path: str, root: Path) -> str:
    """The same data at another place has the same manifest."""
    full = Path(path).resolve()
    return (
        full.relative_to(root.resolve()).as_posix()
        if full.is_relative_to(root.resolve())
        else str(path)
    )


def _hash(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in sorted(set(lines)):
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()
