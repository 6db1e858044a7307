"""Files from a web server, taken up where the connection broke, and checked."""

from pathlib import Path

import pytest
from file_server import FileServer

from backbones.pictures.dataset import Pictures
from backbones.pictures.source import evenly
from backbones.shards import remote
from backbones.shards.__main__ import check
from backbones.shards.remote import fetch_bytes


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_taken_up(shards: Path, server: FileServer, ranges: bool) -> None:
    server.ranges = ranges
    server.breaks["/shard-000000.tar"] = 2000
    found = fetch_bytes(f"{server.url}/shard-000000.tar")
    assert found == (shards / "shard-000000.tar").read_bytes()
    assert len(server.shards) == 2


def test_a_wrong_hash_and_a_missing_shard_stop_the_run(
    shards: Path, server: FileServer, tmp_path: Path
) -> None:
    path, url = shards / "shard-000001.tar", f"{server.url}/index.json"
    data = bytearray(path.read_bytes())
    data[600] ^= 1
    path.write_bytes(data)
    pictures = Pictures(url, 16, cache=str(tmp_path / "cache"))
    shard_of = pictures.source.shard_of(range(10)).tolist()  # type: ignore[attr-defined]
    whole, broken = shard_of.index(0), shard_of.index(1)
    assert pictures[0, whole]["path"]
    with pytest.raises(ValueError, match=r"shard-000001\.tar arrived with \d+ bytes and sha256"):
        pictures[0, broken]
    for place in (url, str(shards / "index.json")):
        with pytest.raises(ValueError, match=r"1 of 3 shards at .* not those .*shard-000001\.tar"):
            check(place)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"no http.*shard-000001\.tar .*404"):
        pictures[0, broken]
    assert sorted(path.suffix for path in (tmp_path / "cache").glob("[!.]*")) == [".tar"]
    with pytest.raises(FileNotFoundError, match="no index of shards at http"):
        Pictures(f"{server.url}/none.json", 16)


def test_whole_shards_pass_the_check(shards: Path, server: FileServer) -> None:
    assert check(str(shards / "index.json")) == check(f"{server.url}/index.json") == 3
    assert check(str(shards)) == check(server.url) == 3


def test_errors_of_a_moment_are_waited_out(
    shards: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(remote, "sleep", waits.append)
    server.errors["/shard-000000.tar"] = [503, 429, 500]
    with pytest.warns(UserWarning, match=r"shard-000000\.tar: .*429.*; again in 1 s"):
        found = fetch_bytes(f"{server.url}/shard-000000.tar")
    assert found == (shards / "shard-000000.tar").read_bytes()
    assert waits == [0.5, 1, 2]
    server.errors["/shard-000000.tar"] = [503] * remote.TRIES
    with pytest.raises(ConnectionError, match=r"0\.tar cannot be fetched, 7 times: .*503"):
        fetch_bytes(f"{server.url}/shard-000000.tar")
    asked = len(server.shards)
    server.errors["/shard-000000.tar"] = [403]
    with pytest.raises(FileNotFoundError, match=r"403.* check address and access"):
        fetch_bytes(f"{server.url}/shard-000000.tar")
    assert len(server.shards) == asked + 1


def test_a_few_pictures_come_from_few_shards(
    shards: Path, server: FileServer, tmp_path: Path
) -> None:
    far = Pictures(f"{server.url}/index.json", 16, cache=str(tmp_path / "cache"))
    near = Pictures(str(shards / "index.json"), 16)
    assert near.few(3) == evenly(len(near), 3)
    assert far.sample(3).shape == (3, 3, 16, 16)
    assert len(set(far.few(3))) == 3
    assert server.shards == ["/shard-000000.tar"]
    assert sorted(far.few(99)) == list(range(len(far)))
