"""`index.json` beside tar shards: which there are, what each holds and where in it.

The shards alone are an ordinary WebDataset. The index adds what a tar cannot tell before it is read
to its end: how many pictures there are, so that an epoch can be shuffled, split and continued to
the picture; where each lies, so that it can be read by itself; its path in the folder it came from,
so that it has the name and the number it had there; and hashes.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from backbones.shards.remote import fetch_bytes, is_url

NAME = "index.json"
SCHEMA = 2


@dataclass(frozen=True, eq=False)
class Shard:
    """`paths` are below the pictures' folder, `offsets` and `sizes` of their bytes in the tar."""

    name: str
    sha256: str
    bytes: int
    paths: tuple[str, ...]
    offsets: np.ndarray
    sizes: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets)

    def to_json(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name).tolist() for name in ("offsets", "sizes", "labels")}
        return {
            "name": self.name,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "count": len(self),
            "paths": list(self.paths),
            **arrays,
        }


@dataclass(frozen=True, eq=False)
class Index:
    """`place` is the folder or URL that holds the shards; `classes` is empty without labels.

    A picture's place is where it comes in the row of all shards.
    """

    place: str
    classes: tuple[str, ...]
    shards: tuple[Shard, ...]

    @cached_property
    def starts(self) -> np.ndarray:
        """The place at which each shard begins, and where the last one ends."""
        return np.cumsum([0, *(len(shard) for shard in self.shards)])

    def __len__(self) -> int:
        return int(self.starts[-1])

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "count": len(self),
            "classes": list(self.classes),
            "shards": [shard.to_json() for shard in self.shards],
        }

    def needed_classes(self) -> tuple[str, ...]:
        """`classes`, for who needs labels.

        Raises:
            ValueError: where there are none.
        """
        if not self.classes:
            raise ValueError(
                f"{self.place}/{NAME} has no classes, its pictures lay in one folder; labels need "
                "shards of one folder a class"
            )
        return self.classes


def index_of(root: str | Path) -> str | None:
    """The index of a `data_root` of shards; None where it is a folder of pictures.

    Shards are given by the path or URL of their index, or of the folder that holds it.
    """
    root = str(root)
    if is_url(root):
        return root if urlsplit(root).path.endswith(".json") else f"{root.rstrip('/')}/{NAME}"
    if root.endswith(".json"):
        return root
    return str(Path(root, NAME)) if Path(root, NAME).is_file() else None


def load_index(location: str | Path) -> Index:
    """From a path or URL.

    Raises:
        FileNotFoundError: where there is none, or its server does not answer.
        ValueError: where it is no index, or one that another version wrote.
    """
    location = str(location)
    try:
        text = fetch_bytes(location) if is_url(location) else Path(location).read_bytes()
    except OSError as error:
        raise FileNotFoundError(
            f"no index of shards at {location} ({error}); `python -m backbones.shards FOLDER OUT` "
            "writes OUT/index.json once all shards are whole"
        ) from error
    try:
        content = json.loads(text)
        schema, classes = content["schema"], tuple(content["classes"])
        known = content["shards"] if schema == SCHEMA else ()
        shards = tuple(read_shard(entry) for entry in known)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{location} is no index of shards ({type(error).__name__}: {error}); it is the "
            "index.json that `python -m backbones.shards` writes"
        ) from error
    if schema != SCHEMA:
        raise ValueError(
            f"{location} has schema {schema}, this version reads {SCHEMA}; run `python -m "
            "backbones.shards` again: it keeps the shards and writes the index anew"
        )
    return Index(location.rpartition("/")[0] or ".", classes, shards)


def read_shard(entry: dict[str, Any]) -> Shard:
    arrays = (np.array(entry[name], np.int64) for name in ("offsets", "sizes", "labels"))
    paths = tuple(entry["paths"])
    return Shard(entry["name"], entry["sha256"], entry["bytes"], paths, *arrays)
