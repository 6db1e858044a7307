"""Shards that are on this machine before they are read, and nothing else about it."""

import gc
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from file_server import FileServer, serving
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from backbones.pictures.dataset import Pictures, stack_pictures
from backbones.shards import opened, remote
from backbones.shards.ahead import announced
from backbones.shards.cache import locked
from backbones.shards.index import Index, Shard
from backbones.shards.sampler import ShardOrder, ShardSampler
from backbones.shards.source import ShardSource
from backbones.shards.writer import write_shards


@pytest.fixture
def ten(pictures: Path, tmp_path: Path) -> Path:
    """A picture a shard."""
    write_shards(pictures, tmp_path / "ten", 1)
    return tmp_path / "ten"


@pytest.fixture
def far(ten: Path) -> Iterator[FileServer]:
    with serving(ten) as server:
        yield server


def until(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


def loader(root: str, cache: Path, ahead: float = 2, **options: Any) -> DataLoader[Any]:
    data = Pictures(root, 16, cache=str(cache), cache_bytes=options.pop("cache_bytes", 10**9))
    sampler = ShardSampler(data, 2, seed=1, streams=2, buffer=1, ahead=ahead)
    return DataLoader(data, 2, sampler=sampler, collate_fn=stack_pictures, **options)


def source_of(counts: list[int], *, remote: bool) -> ShardSource:
    source = ShardSource.__new__(ShardSource)
    numbers = [np.arange(count) for count in counts]
    shards = tuple(Shard("", "", 0, ("",) * len(n), n, n, n) for n in numbers)
    source.index, source.places = Index("", (), shards), np.arange(sum(counts))
    source.remote = remote
    return source


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.floats(0.1, 4), st.randoms())
def test_each_shard_is_told_of_once_and_in_time(
    counts: list[int], shards: float, random: Any
) -> None:
    source, order = source_of(counts, remote=True), list(range(sum(counts)))
    random.shuffle(order)
    draws = list(announced(source, 3, order, shards))
    assert [draw[:2] for draw in draws] == [(3, index) for index in order]
    told = {index: place for place, draw in enumerate(draws) for index in draw[2:]}
    shard_of = source.shard_of(np.arange(len(order))).tolist()
    assert sorted(shard_of[index] for index in told) == list(range(len(counts)))
    distance = shards * len(order) / len(counts)
    for index, place in told.items():
        first = min(i for i, other in enumerate(order) if shard_of[other] == shard_of[index])
        assert order[first] == index
        assert place == max(0, first - np.ceil(distance))


def test_nothing_is_told_of_shards_that_are_here() -> None:
    for source, shards in ((source_of([2, 2], remote=False), 2), (source_of([2], remote=True), 0)):
        draws = list(announced(source, 0, [1, 0], shards))
        assert draws == [(0, 1), (0, 0)]


def test_steps_to_come_need_no_server(
    ten: Path, far: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(loader(far.url, tmp_path / "cache"))
    seen = [next(steps)["path"]]
    assert until(lambda: len(list((tmp_path / "cache").glob("*.tar"))) == 6)
    assert len(far.shards) == 6  # of two pictures read, and four more: two shards of each stream
    monkeypatch.setattr(remote, "TRIES", 1)  # threads end at once, not in a later test
    far.shutdown()
    far.server_close()
    seen += [next(steps)["path"], next(steps)["path"]]
    assert seen == [batch["path"] for batch in loader(str(ten), tmp_path)][:3]
    assert len(far.shards) == 6


@pytest.mark.parametrize("workers", [0, 2])
def test_pictures_and_requests_are_the_same_as_without(
    ten: Path, far: FileServer, tmp_path: Path, workers: int
) -> None:
    far.delay = 0.02
    expected = [batch["images"] for batch in loader(str(ten), tmp_path)]
    found = [batch["images"] for batch in loader(far.url, tmp_path / "cache", num_workers=workers)]
    assert torch.equal(torch.stack(found), torch.stack(expected))
    assert sorted(far.shards) == [f"/shard-00000{i}.tar" for i in range(10)]  # each once


def test_data_on_its_way_to_a_spawned_worker(far: FileServer, tmp_path: Path) -> None:
    data = loader(far.url, tmp_path / "cache").dataset
    expected = data[0, 1, 2]["images"]  # its threads run, its files are open
    copy = pickle.loads(pickle.dumps(data))
    assert not copy.source.shards.files
    assert torch.equal(copy[0, 1, 2]["images"], expected)
    os.close(*copy.source.shards.files.values())  # its own: the other still reads
    copy.source.shards.files.clear()
    assert torch.equal(data[0, 1]["images"], expected)


def test_a_shard_that_is_not_there_is_an_error_where_it_is_read(
    ten: Path, far: FileServer, tmp_path: Path
) -> None:
    data = Pictures(far.url, 16, cache=str(tmp_path / "cache"))
    order = ShardOrder(data)
    source: Any = data.source
    missing = source.index.shards[source.shard_of(np.array(order.order))[3]].name
    (ten / missing).unlink()
    steps = iter(DataLoader(data, 1, sampler=order, num_workers=1, collate_fn=stack_pictures))
    assert [next(steps)["index"][0] for _ in range(3)] == order.order[:3]
    with pytest.raises(FileNotFoundError, match=rf"no http.*/{missing} .*404"):
        next(steps)
    assert until(lambda: far.shards.count(f"/{missing}") == 2)  # ahead, and where it was read


@pytest.mark.filterwarnings("ignore:.* may hold 40,000 bytes, less than the shards that are read")
@pytest.mark.parametrize("shards", [2, 4])
def test_the_bound_holds_at_every_step(
    far: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setattr(opened, "OPEN", 1)
    most, cache = shards * 20_000, tmp_path / "cache"
    data: Any = Pictures(far.url, 16, cache=str(cache), cache_bytes=most)
    steps = DataLoader(data, 1, sampler=ShardOrder(data), collate_fn=stack_pictures)
    seen = []
    for batch in steps:
        seen += batch["index"]
        with locked((cache / ".room.lock").open("w")):  # nothing comes or goes meanwhile
            assert sum(size for _, size, _ in data.source.shards.cache.sized("[!.]*")) <= most
    assert sorted(seen) == list(range(10))
    assert sorted(far.shards) == sorted(set(far.shards))  # none made room before it was read


def test_threads_and_files_end_with_their_data(far: FileServer, tmp_path: Path) -> None:
    far.delay = 0.2
    before = threading.active_count()
    steps = iter(loader(far.url, tmp_path / "cache"))
    next(steps)
    assert threading.active_count() >= before + opened.THREADS
    del steps
    gc.collect()
    assert until(lambda: threading.active_count() <= before)
    assert not open_below(tmp_path)  # nor files, of shards that arrived too late


def open_below(folder: Path) -> list[str]:
    entries = [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return [path for path in map(os.readlink, entries) if path.startswith(str(folder))]
