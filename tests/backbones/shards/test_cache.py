"""Shards kept on a machine: bounded, never taken from who reads them, clear where it fails."""

import fcntl
import os
import resource
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from file_server import FileServer

from backbones.shards.cache import Cache, Remote, locked
from backbones.shards.index import load_index

MakeCache = Callable[[int], Cache]


@pytest.fixture
def known(shards: Path, server: FileServer) -> list[Remote]:
    entries = load_index(shards / "index.json").shards
    return [Remote(f"{server.url}/{x.name}", x.sha256, x.bytes) for x in entries]


def room(shards: list[Remote]) -> int:
    return sum(shard.bytes for shard in shards)


def held(cache: Cache, known: list[Remote]) -> list[int]:
    return [i for i, shard in enumerate(known) if (cache.folder / f"{shard.sha256}.tar").exists()]


def read(cache: Cache, shard: Remote) -> None:
    os.close(cache.open(shard))


def test_the_least_recently_opened_make_room(known: list[Remote], tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", room(known) - 1)
    for i in (0, 1, 0, 2):
        read(cache, known[i])
    assert held(cache, known) == [0, 2]


def test_what_is_open_is_the_last_to_make_room(
    known: list[Remote], tmp_path: Path, shards: Path
) -> None:
    cache = Cache(tmp_path / "cache", room(known) - 1)
    used = cache.open(known[0])
    read(cache, known[1])
    with warnings.catch_warnings(action="error"):
        read(cache, known[2])
    assert held(cache, known) == [0, 2]  # not the oldest, which is being read
    other = cache.open(known[2])
    with pytest.warns(UserWarning, match="less than the shards that are read at once"):
        read(cache, known[1])
    assert held(cache, known) == [1, 2]
    assert os.pread(used, known[0].bytes, 0) == (shards / "shard-000000.tar").read_bytes()
    os.close(used)
    os.close(other)


def test_what_arrives_keeps_its_room(
    known: list[Remote], tmp_path: Path, server: FileServer
) -> None:
    """Another process fetches shard 1, and there is room for one: who wants shard 0 waits."""
    cache = Cache(tmp_path, room(known[:2]) - 1)
    part = tmp_path / f"{known[1].sha256}.part"
    part.write_bytes(bytes(known[1].bytes))
    with ThreadPoolExecutor(1) as threads:
        with locked((tmp_path / f".{known[1].sha256}.lock").open("w")):
            opening = threads.submit(cache.open, known[0])
            with pytest.raises(TimeoutError):
                opening.result(timeout=0.3)
            assert not server.shards
            part.replace(part.with_suffix(".tar"))
        os.close(opening.result(timeout=60))
    assert held(cache, known) == [0]


def test_a_shard_larger_than_the_folder_goes_in_by_itself(
    known: list[Remote], tmp_path: Path
) -> None:
    cache = Cache(tmp_path, 10)
    left = tmp_path / f"{known[0].sha256}.part"
    left.write_bytes(bytes(100))  # by a process that was killed
    for i in (0, 1):
        read(cache, known[i])
        assert held(cache, known) == [i]


def test_what_is_fetched_ahead_takes_no_room_from_others(
    known: list[Remote], tmp_path: Path, server: FileServer
) -> None:
    cache = Cache(tmp_path / "cache", room(known) - 1)
    files = [cache.open_ahead(known[0]), cache.open_ahead(known[1])]
    asked = len(server.shards)
    assert cache.open_ahead(known[2]) is None
    assert (held(cache, known), len(server.shards)) == ([0, 1], asked)
    os.close(files[0] or 0)
    third = cache.open_ahead(known[2])
    assert third is not None
    assert held(cache, known) == [1, 2]
    os.close(files[1] or 0)
    os.close(third)


def test_half_written_files_count_and_go_with_their_process(
    known: list[Remote], tmp_path: Path
) -> None:
    cache = Cache(tmp_path, room(known[:2]))
    part = tmp_path / f"{known[0].sha256}.part"
    part.write_bytes(bytes(known[0].bytes))
    with (tmp_path / f".{known[0].sha256}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as the process that writes it
        os.close(cache.open_ahead(known[1]) or 0)
        assert part.exists()
        used = cache.open(known[1])
        assert cache.open_ahead(known[2]) is None
        os.close(used)
    os.close(cache.open_ahead(known[2]) or 0)
    assert not part.exists()
    assert held(cache, known) == [1, 2]


def test_a_folder_that_cannot_take_a_shard_is_named(
    known: list[Remote], tmp_path: Path, server: FileServer
) -> None:
    said = r"shards cannot be kept in {} .*\); make room there, lower .*dataset.cache=FOLDER"
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match=said.format(tmp_path / "file")):
        Cache(tmp_path / "file", 10**9).open(known[0])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))  # a full disk's effect
    try:
        with pytest.raises(OSError, match=said.format(tmp_path / "full")):
            Cache(tmp_path / "full", 10**9).open(known[0])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert server.shards == []  # before anything is transferred
    assert not list((tmp_path / "full").glob("[!.]*"))
