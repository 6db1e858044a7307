"""`index.json` beside tar shards: which there are, what each holds and where in it.

The shards alone are an ordinary WebDataset. The index adds what a tar cannot tell before it is read
to its end: how many pictures there are, so that an epoch can be shuffled, split and continued to
the picture; where each lies, so that it can be read by itself; and hashes.
"""

import json
import urllib.error
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from backbones.shards.remote import fetch_bytes, is_url

NAME = "index.json"
SCHEMA = 1


@dataclass(frozen=True, eq=False)
class Shard:
    """`offsets` and `sizes` are those of the pictures' bytes in the tar."""

    name: str
    sha256: str
    bytes: int
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
            **arrays,
        }


@dataclass(frozen=True, eq=False)
class Index:
    """`place` is the folder or URL that holds the shards; `classes` is empty without labels."""

    place: str
    classes: tuple[str, ...]
    shards: tuple[Shard, ...]

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each shard begins in the numbering of all pictures, and where the last one ends."""
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


def is_index(location: str | Path) -> bool:
    """Whether a `data_root` means shards: a path or URL that ends in `.json`."""
    path = urlsplit(str(location)).path if is_url(str(location)) else str(location)
    return path.endswith(".json")


def load_index(location: str | Path) -> Index:
    """From a path or URL.

    Raises:
        FileNotFoundError: where there is none.
        ValueError: where it is no index, or one that a later version wrote.
    """
    location = str(location)
    try:
        text = fetch_bytes(location) if is_url(location) else Path(location).read_bytes()
    except (FileNotFoundError, urllib.error.HTTPError) as error:
        raise FileNotFoundError(
            f"no index of shards at {location} ({error}); `python -m backbones.shards FOLDER OUT` "
            "writes OUT/index.json once all shards are whole"
        ) from error
    try:
        content = json.loads(text)
        shards = tuple(
            Shard(
                entry["name"],
                entry["sha256"],
                entry["bytes"],
                *(np.array(entry[name], np.int64) for name in ("offsets", "sizes", "labels")),
            )
            for entry in content["shards"]
        )
        schema, classes = content["schema"], tuple(content["classes"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{location} is no index of shards ({type(error).__name__}: {error}); it is the "
            "index.json that `python -m backbones.shards` writes"
        ) from error
    if schema != SCHEMA:
        raise ValueError(
            f"{location} has schema {schema}, this version reads {SCHEMA}; write the index anew "
            "with `python -m backbones.shards`"
        )
    return Index(location.rpartition("/")[0] or ".", classes, shards)
