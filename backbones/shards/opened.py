"""The shards that a process has open, and those it fetches before they are asked for.

What comes next is told with the pictures themselves (`ahead.py`), to the worker that is handed
them. It fetches in threads of its own: a worker starts no processes, which threads would endanger,
and takes its threads with it when it ends.
"""

import os
from collections import OrderedDict, deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from backbones.shards.cache import Cache, Remote
from backbones.shards.index import Index
from backbones.shards.remote import is_url

OPEN = 16  # shards a process holds open to read; opening one that is there takes microseconds
WAITING = 64  # and those fetched ahead of their first picture
THREADS = 4  # that fetch ahead

Wanted = SimpleQueue[tuple[int, Remote] | None]


class OpenShards:
    """File descriptors by the shard's number in the index."""

    def __init__(self, index: Index, cache: Cache) -> None:
        self.index, self.cache = index, cache
        self.begin()

    def begin(self) -> None:
        self.process = os.getpid()
        self.files: OrderedDict[int, int] = OrderedDict()
        self.waiting: OrderedDict[int, int] = OrderedDict()
        self.fetched: deque[tuple[int, int]] = deque()
        self.wanted: Wanted = SimpleQueue()
        self.gone = Event()
        self.threads = 0

    def read(self, number: int, start: int, size: int) -> bytes:
        """So many bytes of a shard, fewer at its end."""
        return os.pread(self.descriptor(number), size, start)

    def expect(self, numbers: Iterable[int]) -> None:
        """These shards will be read soon; fetch what is not on this machine, meanwhile."""
        self.check_process()
        for number in numbers:
            self.wanted.put((number, self.remote(number)))
        while self.threads < THREADS and not self.wanted.empty():
            work = (self.cache, self.wanted, self.fetched, self.gone)
            Thread(target=fetch_ahead, args=work, daemon=True).start()
            self.threads += 1

    def descriptor(self, number: int) -> int:
        self.check_process()
        while self.fetched:
            keep(self.waiting, WAITING, *self.fetched.popleft())
        if number in self.waiting:
            keep(self.files, OPEN, number, self.waiting.pop(number))
        elif number not in self.files:
            keep(self.files, OPEN, number, self.opened(number))
        self.files.move_to_end(number)
        return self.files[number]

    def opened(self, number: int) -> int:
        if is_url(self.index.place):
            return self.cache.open(self.remote(number))
        return os.open(Path(self.index.place, self.index.shards[number].name), os.O_RDONLY)

    def remote(self, number: int) -> Remote:
        shard = self.index.shards[number]
        return Remote(f"{self.index.place}/{shard.name}", shard.sha256, shard.bytes)

    def check_process(self) -> None:
        """A forked worker begins with nothing: its parent's threads are not there."""
        if self.process != os.getpid():
            self.close()
            self.begin()

    def close(self) -> None:
        for descriptor in (*self.files.values(), *self.waiting.values()):
            os.close(descriptor)
        close_all(self.fetched)

    def __del__(self) -> None:
        if self.process == os.getpid():
            self.gone.set()
            with suppress(Empty):
                while True:
                    self.wanted.get_nowait()
            for _ in range(self.threads):
                self.wanted.put(None)
        self.close()

    def __getstate__(self) -> dict[str, object]:
        """Neither descriptors nor threads travel to spawned workers."""
        return {"index": self.index, "cache": self.cache}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.begin()


def fetch_ahead(cache: Cache, wanted: Wanted, fetched: deque[tuple[int, int]], gone: Event) -> None:
    """A thread's work. An error is met again, and raised, where the shard is read."""
    while (asked := wanted.get()) is not None:
        number, shard = asked
        with suppress(Exception):
            if (found := cache.open_ahead(shard)) is not None:
                fetched.append((number, found))
        if gone.is_set():  # nobody is left to read it
            close_all(fetched)


def close_all(fetched: deque[tuple[int, int]]) -> None:
    """Each descriptor once, whichever thread comes first."""
    with suppress(IndexError):
        while True:
            os.close(fetched.popleft()[1])


def keep(files: OrderedDict[int, int], most: int, number: int, descriptor: int) -> None:
    """Add one, close what it replaces, or the one least recently used."""
    if number in files:
        os.close(files.pop(number))
    elif len(files) == most:
        os.close(files.popitem(last=False)[1])
    files[number] = descriptor
