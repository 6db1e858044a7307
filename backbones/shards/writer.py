"""A folder of pictures to tar shards: any WebDataset reader's, and ours with its index.

The pictures are shuffled once, so that a shard is a fair sample of all classes. A key is a
picture's path, with a class file (`.cls`) beside it where folders are classes. Files are copied
byte for byte. Every shard appears in one rename: what exists is whole, and a killed writer goes on
after it.
"""

import fcntl
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from backbones.pictures.folder import SUFFIXES, class_names, find_pictures, labels_of
from backbones.runs.files import write_atomic
from backbones.runs.provenance import sha256_file
from backbones.shards.index import NAME, Index, Shard


@dataclass(frozen=True)
class Member:
    """A picture on its way: its path below `root`, its key in the tar, its class or -1."""

    root: Path
    path: str
    key: str
    label: int

    @property
    def name(self) -> str:
        return self.key + PurePosixPath(self.path).suffix.lower()


def write_shards(
    folder: Path,
    out: Path,
    per_shard: int,
    *,
    seed: int = 0,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Index:
    """All pictures below `folder`; shards that are there already are read, not written.

    Raises:
        FileNotFoundError: where there are no pictures.
        ValueError: where `out` holds shards of other pictures, another size or another seed, or
            another process writes there.
    """
    members, classes = members_of(folder, seed)
    parts = [members[i : i + per_shard] for i in range(0, len(members), per_shard)]
    out.mkdir(parents=True, exist_ok=True)
    names = [f"shard-{number:06d}.tar" for number in range(len(parts))]
    if others := sorted({path.name for path in out.glob("*.tar")} - set(names)):
        raise ValueError(
            f"{out} holds {others[0]}, which is not one of the {len(names)} shards of {folder} at "
            f"{per_shard} pictures each; choose another folder, or remove it"
        )
    shards = []
    with alone(out):
        for number, (name, part) in enumerate(zip(names, parts, strict=True)):
            if not (out / name).exists():
                write_tar(out / name, part)
            shards.append(described(out / name, part))
            told(number + 1, len(parts))
    index = Index(str(out), classes, tuple(shards))
    write_atomic(out / NAME, json.dumps(index.to_json()))  # compact: it names every picture
    return index


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """One writer in a folder; two would write the same unfinished file."""
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(
                f"another process writes shards to {out}; wait for it, or choose another folder"
            ) from error
        except OSError:  # a file system that locks no folders
            pass
        yield
    finally:
        os.close(folder)


def members_of(folder: Path, seed: int) -> tuple[list[Member], tuple[str, ...]]:
    """Every picture in the order it is written, and the classes, none where pictures lie flat."""
    paths = find_pictures(folder)
    flat = any("/" not in path for path in paths)
    classes = () if flat else class_names(folder)
    labels = labels_of(paths, classes, folder) if classes else [-1] * len(paths)
    keys = list(unique_keys(paths))
    order = np.random.default_rng(seed).permutation(len(paths)).tolist()
    return [Member(folder, paths[i], keys[i], labels[i]) for i in order], classes


def unique_keys(paths: Sequence[str]) -> Iterator[str]:
    """Paths without their suffix; a key ends at its first dot, so others become underscores."""
    taken: set[str] = set()
    for path in paths:
        stem = PurePosixPath(path).with_suffix("").as_posix().replace(".", "_")
        key, number = stem, 1
        while key in taken:
            number += 1
            key = f"{stem}_{number}"
        taken.add(key)
        yield key


def write_tar(path: Path, members: Sequence[Member]) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for member in members:
                add(tar, member.name, (member.root / member.path).read_bytes())
                if member.label >= 0:
                    add(tar, f"{member.key}.cls", str(member.label).encode())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """With neither time nor owner: the same pictures make the same bytes."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o644
    tar.addfile(info, io.BytesIO(data))


def described(path: Path, members: Sequence[Member]) -> Shard:
    """A whole shard's entry in the index.

    Raises:
        ValueError: where the shard holds anything but `members`.
    """
    offsets, sizes, names = [], [], []
    try:
        with tarfile.open(path, "r:") as tar:
            for info in tar:
                if info.name.endswith(SUFFIXES):
                    names.append(info.name)
                    offsets.append(info.offset_data)
                    sizes.append(info.size)
    except tarfile.TarError as error:
        raise ValueError(f"{path} is no whole tar ({error}); remove it and run again") from error
    if names != [member.name for member in members]:
        raise ValueError(
            f"{path} holds other pictures than the folder now gives it ({len(names)}, expected "
            f"{len(members)}): the folder, --images-per-shard or --seed has changed; choose "
            "another folder for the shards, or remove them"
        )
    return Shard(
        path.name,
        sha256_file(path),
        path.stat().st_size,
        tuple(member.path for member in members),
        *(np.array(x, np.int64) for x in (offsets, sizes, [m.label for m in members])),
    )
