"""Pictures out of tar shards, each read by itself; shards from a URL are kept on this machine.

Not WebDataset's own reader: it streams shards through a buffer, so which pictures a worker has in
hand is known to that worker alone, and a run that stops in an epoch's middle cannot go on to the
picture. Here the order is computed beforehand (`sampler.py`) and any process can read any picture.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backbones.shards.index import Index, Shard, load_index
from backbones.shards.remote import Cache, default_cache, is_url

OPEN = 64  # shards a process holds open
BLOCK = 512  # of a tar


class ShardSource:
    """What an `index.json` lists.

    Raises:
        FileNotFoundError: where the index, or a shard beside it, is missing.
        ValueError: where labels are wanted and there are none, and where a shard is truncated.
    """

    def __init__(
        self, location: str, *, labelled: bool, cache: str | None, cache_bytes: int
    ) -> None:
        self.index = load_index(location)
        if labelled and not self.index.classes:
            raise ValueError(
                f"{location} has no classes, its pictures lay in one folder; labels need shards of "
                "one folder a class"
            )
        self.root = Path(self.index.place)
        self.paths: list[str] = []  # they stand in the shards
        self.classes = self.index.classes if labelled else ()
        self.labels = (
            np.concatenate([shard.labels for shard in self.index.shards]).tolist()
            if labelled
            else None
        )
        self.cache = Cache(Path(cache) if cache else default_cache(), cache_bytes)
        self.files: OrderedDict[int, int] = OrderedDict()  # shard to file descriptor
        self.process = os.getpid()
        if not is_url(self.index.place):
            check_sizes(self.index)

    @property
    def contents(self) -> list[str]:
        return [f"{shard.name} {shard.sha256}" for shard in self.index.shards]

    def __len__(self) -> int:
        return len(self.index)

    def read(self, index: int) -> bytes:
        shard, place = self.find(index)
        offset, size = (int(x[place]) for x in (shard.offsets, shard.sizes))
        return self.bytes_at(index, offset, size)

    def name(self, index: int) -> str:
        shard, place = self.find(index)
        header = self.bytes_at(index, int(shard.offsets[place]) - BLOCK, 100)
        return f"{shard.name}/{header.rstrip(bytes(1)).decode(errors='replace')}"

    def near(self, index: int) -> range:
        """The pictures of the same shard: others may be far away."""
        number = self.number(index)
        return range(*self.index.starts[number : number + 2].tolist())

    def keep(self, indices: Sequence[int]) -> None:
        raise ValueError(
            f"shards are read as a whole, those at {self.index.place} cannot be limited to "
            f"{len(indices)} pictures; write shards of fewer, or give the folder itself"
        )

    def number(self, index: int) -> int:
        return int(np.searchsorted(self.index.starts, index, side="right")) - 1

    def find(self, index: int) -> tuple[Shard, int]:
        number = self.number(index)
        return self.index.shards[number], index - int(self.index.starts[number])

    def bytes_at(self, index: int, offset: int, size: int) -> bytes:
        number = self.number(index)
        data = os.pread(self.opened(number), size, offset)
        if len(data) < size:
            shard = self.index.shards[number]
            raise ValueError(
                f"{self.index.place}/{shard.name} ends before byte {offset + size}; it is "
                "truncated: copy it again, or remove it and run `python -m backbones.shards` again"
            )
        return data

    def opened(self, number: int) -> int:
        """The shard's file descriptor in this process."""
        if self.process != os.getpid():  # a worker, which must not close its parent's files
            self.files, self.process = OrderedDict(), os.getpid()
        if number not in self.files:
            if len(self.files) == OPEN:
                os.close(self.files.popitem(last=False)[1])
            self.files[number] = os.open(self.path(self.index.shards[number]), os.O_RDONLY)
        self.files.move_to_end(number)
        return self.files[number]

    def path(self, shard: Shard) -> Path:
        if is_url(self.index.place):
            return self.cache.fetch(f"{self.index.place}/{shard.name}", shard.sha256)
        return Path(self.index.place, shard.name)

    def __getstate__(self) -> dict[str, object]:
        """File descriptors do not travel to spawned workers."""
        return {**self.__dict__, "files": OrderedDict()}


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
