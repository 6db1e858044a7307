"""Pictures out of tar shards, each read by itself; shards from a URL are kept on this machine.

A picture has the name and the number it has in the folder the shards were written from, so from
either a run sees the same pictures with the same labels and draws, and reports them alike.

Not WebDataset's own reader: it streams shards through a buffer, so which pictures a worker has in
hand is known to that worker alone, and a run that stops in an epoch's middle cannot go on to the
picture. Here the order is computed beforehand (`sampler.py`) and any process can read any picture.
"""

import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backbones.pictures.folder import check_known
from backbones.pictures.source import evenly
from backbones.shards.cache import Cache, default_cache
from backbones.shards.index import Index, Shard, load_index
from backbones.shards.opened import OpenShards
from backbones.shards.remote import is_url

BLOCK = 512  # of a tar: a picture's header, right before it


class ShardSource:
    """What an `index.json` lists, in the order of the pictures' paths.

    Args:
        classes: the labels' class list, where it is not that of the shards.

    Raises:
        FileNotFoundError: where the index, or a shard beside it, is missing.
        ValueError: where labels are wanted and there are none, or a class that `classes` lacks,
            and where a shard is truncated.
    """

    def __init__(
        self,
        location: str,
        *,
        labelled: bool,
        classes: tuple[str, ...] | None,
        cache: str | None,
        cache_bytes: int,
    ) -> None:
        self.index = load_index(location)
        self.root = Path(self.index.place)
        self.remote = is_url(self.index.place)
        if not self.remote:
            check_sizes(self.index)
        paths = [path for shard in self.index.shards for path in shard.paths]
        order = sorted(range(len(paths)), key=paths.__getitem__)
        self.paths = [paths[place] for place in order]
        self.places = np.array(order)  # of each picture in the row of all shards
        self.classes: tuple[str, ...] = ()
        self.labels: list[int] | None = None
        if labelled:
            own = self.index.needed_classes()
            self.classes = own if classes is None else classes
            check_known(own, self.classes, self.root)
            labels = np.concatenate([shard.labels for shard in self.index.shards])
            self.labels = np.array([self.classes.index(n) for n in own])[labels][order].tolist()
        folder = Path(cache) if cache else default_cache()
        self.shards = OpenShards(self.index, Cache(folder, cache_bytes))

    @property
    def contents(self) -> list[str]:
        shards = [f"{shard.name} {shard.sha256}" for shard in self.index.shards]
        return shards if len(self) == len(self.index) else [*shards, *self.paths]

    def __len__(self) -> int:
        return len(self.places)

    def read(self, index: int) -> bytes:
        number, shard, place = self.find(index)
        start, size = (int(x[place]) for x in (shard.offsets, shard.sizes))
        data = self.shards.read(number, start - BLOCK, BLOCK + size)
        if len(data) < BLOCK + size:
            raise ValueError(
                f"{self.index.place}/{shard.name} ends before byte {start + size}; it is "
                "truncated: copy it again, or remove it and run `python -m backbones.shards` again"
            )
        if not announces(data[:BLOCK], size):
            raise ValueError(
                f"{self.index.place}/{shard.name} has no picture of {size} bytes at byte {start}, "
                "where its index says; the two are not of one writing: copy both again, together"
            )
        return data[BLOCK:]

    def name(self, index: int) -> str:
        return self.paths[index]

    def where(self, index: int) -> str:
        return f"{self.index.place}/{self.find(index)[1].name}: {self.paths[index]}"

    def size(self, index: int) -> int:
        _, shard, place = self.find(index)
        return int(shard.sizes[place])

    def near(self, index: int) -> Sequence[int]:
        """Of a shard that is not here, the pictures of the same one."""
        if not self.remote:
            return range(len(self))
        numbers = self.shard_of(np.arange(len(self)))
        same: list[int] = np.flatnonzero(numbers == numbers[index]).tolist()
        return same

    def few(self, number: int) -> list[int]:
        """Evenly spread over the paths, or where shards must be fetched for them, those of the
        first: the writer shuffles, so that any shard is a fair sample."""
        if not self.remote:
            return evenly(len(self), number)
        first: list[int] = self.row()[:number].tolist()
        return first

    def keep(self, indices: Sequence[int]) -> None:
        self.places = self.places[list(indices)]
        self.paths = [self.paths[index] for index in indices]
        if self.labels is not None:
            self.labels = [self.labels[index] for index in indices]

    def expect(self, indices: Sequence[int]) -> None:
        if self.remote and indices:
            self.shards.expect(self.shard_of(np.array(indices)).tolist())

    def row(self) -> np.ndarray:
        """All pictures as they lie in the shards, one after another."""
        return np.argsort(self.places)

    def shard_of(self, indices: np.ndarray) -> np.ndarray:
        """The number of each picture's shard in the index."""
        return np.searchsorted(self.index.starts, self.places[indices], side="right") - 1

    def find(self, index: int) -> tuple[int, Shard, int]:
        """A picture's shard by number and entry, and its place in it."""
        place = int(self.places[index])
        number = int(np.searchsorted(self.index.starts, place, side="right")) - 1
        return number, self.index.shards[number], place - int(self.index.starts[number])


def announces(header: bytes, size: int) -> bool:
    """Whether a tar's header is whole and of a file of so many bytes."""
    try:
        return tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").size == size
    except tarfile.HeaderError:
        return False


def check_sizes(index: Index) -> None:
    """That all shards are there in full length: cheap, unlike their hashes.

    Raises:
        FileNotFoundError: naming a shard that is missing.
        ValueError: naming one of another length.
    """
    for shard in index.shards:
        path = Path(index.place, shard.name)
        if not path.is_file():
            raise FileNotFoundError(
                f"no shard {path}, which {index.place}/index.json lists; copy it there, or run "
                "`python -m backbones.shards` again, which writes what is missing"
            )
        if (found := path.stat().st_size) != shard.bytes:
            raise ValueError(
                f"{path} has {found} bytes, its index says {shard.bytes}; it is truncated or of "
                "another writing: copy it again, or remove it and run `python -m backbones.shards` "
                "again"
            )
