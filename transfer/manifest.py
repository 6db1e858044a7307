"""A fingerprint of the data a run saw: the names and sizes of its pictures, its annotations."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backbones.pictures.dataset import Pictures
from backbones.runs.provenance import sha256_file


def describe_data(root: Path, images: Iterable[str], annotations: Iterable[str]) -> dict[str, Any]:
    """`images` and `annotations` are paths below `root`: hash of names and sizes, of contents."""
    return {
        "name": root.name,
        "manifest_sha256": _hash(f"{_below(p, root)} {Path(p).stat().st_size}" for p in images),
        "annotations_sha256": _hash(f"{_below(p, root)} {sha256_file(p)}" for p in annotations),
    }


def describe_datasets(root: Path, train: Any, val: Any) -> dict[str, Any]:
    """Counts and fingerprints of an mmdet or mmseg pair of data sets, or of class folders."""
    if isinstance(train, Pictures):
        return describe_folders(root, train, val)
    items = [data.get_data_info(i) for data in (train, val) for i in range(len(data))]
    if items[0].get("seg_map_path"):  # one label plane a picture, else one file for all
        annotations = [item["seg_map_path"] for item in items]
    else:
        annotations = [str(data.ann_file) for data in (train, val)]
    described = describe_data(root, [item["img_path"] for item in items], annotations)
    return {**described, "n_train": len(train), "n_val": len(val)}


def describe_folders(root: Path, train: Pictures, val: Pictures) -> dict[str, Any]:
    """As `describe_data`; the annotations of class folders are their names, in order.

    Shards know the names and sizes of the pictures they were written from, and so are the same data
    as that folder.
    """
    lines = [
        f"{_below(str(data.root), root)}/{path} {data.source.size(i)}"
        for data in (train, val)
        for i, path in enumerate(data.paths)
    ]
    return {
        "name": root.name,
        "manifest_sha256": _hash(lines),
        "annotations_sha256": _hash(f"{i} {name}" for i, name in enumerate(train.classes)),
        "n_train": len(train),
        "n_val": len(val),
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
