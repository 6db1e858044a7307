"""Shards from a web server: fetched once, checked, taken up where the connection broke."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from backbones.pictures.dataset import Pictures, stack_pictures
from backbones.runs.provenance import sha256_file
from backbones.shards.__main__ import check
from backbones.shards.remote import Cache, fetch_bytes


class Handler(SimpleHTTPRequestHandler):
    """Ranges, and on request a connection that breaks after so many bytes, once a path."""

    def do_GET(self) -> None:
        server: Server = self.server  # type: ignore[assignment]
        server.asked.append(self.path)
        path = Path(self.directory, self.path.lstrip("/"))
        if not path.is_file():
            self.send_error(404)
            return
        data, start = path.read_bytes(), 0
        if server.ranges and (asked := self.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cut = server.breaks.pop(self.path, None)
        self.wfile.write(data[start:cut])

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.breaks: dict[str, int] = {}
        self.ranges = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server(shards: Path) -> Iterator[Server]:
    server = Server(shards)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("workers", [0, 3])
def test_the_same_pictures_from_a_server_each_shard_fetched_once(
    shards: Path, server: Server, tmp_path: Path, workers: int
) -> None:
    local = Pictures(str(shards / "index.json"), 16, labelled=True)
    cache = str(tmp_path / "cache")
    remote = Pictures(f"{server.url}/index.json", 16, labelled=True, cache=cache)
    assert remote.classes == local.classes
    draws = [(2, i) for i in range(10)]
    loader = DataLoader(remote, 5, sampler=draws, num_workers=workers, collate_fn=stack_pictures)
    found = torch.cat([batch["images"] for batch in loader])
    assert torch.equal(found, torch.stack([local[draw]["images"] for draw in draws]))
    tars = [path for path in server.asked if path.endswith(".tar")]
    assert sorted(tars) == [f"/shard-00000{i}.tar" for i in range(3)]
    again = Pictures(f"{server.url}/index.json", 16, cache=cache)
    assert torch.equal(again[2, 9]["images"], local[2, 9]["images"])
    assert [path for path in server.asked if path.endswith(".tar")] == tars  # kept


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_taken_up(
    shards: Path, server: Server, tmp_path: Path, ranges: bool
) -> None:
    server.ranges = ranges
    server.breaks["/shard-000000.tar"] = 2000
    url, path = f"{server.url}/shard-000000.tar", shards / "shard-000000.tar"
    assert fetch_bytes(url) == path.read_bytes()
    server.breaks["/shard-000000.tar"] = 2000
    found = Cache(tmp_path / "cache", 10**9).fetch(url, sha256_file(path))
    assert found.read_bytes() == path.read_bytes()


def test_a_wrong_hash_and_a_missing_shard_stop_the_run(
    shards: Path, server: Server, tmp_path: Path
) -> None:
    path, url = shards / "shard-000001.tar", f"{server.url}/index.json"
    data = bytearray(path.read_bytes())
    data[600] ^= 1
    path.write_bytes(data)
    pictures = Pictures(url, 16, cache=str(tmp_path / "cache"))
    assert pictures[0, 0]["path"]
    with pytest.raises(ValueError, match=r"shard-000001\.tar arrived with \d+ bytes and sha256"):
        pictures[0, 4]
    for place in (url, str(shards / "index.json")):
        with pytest.raises(ValueError, match=r"1 of 3 shards at .* not those .*shard-000001\.tar"):
            check(place)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"no shard at http.*shard-000001\.tar .*upload"):
        pictures[0, 4]
    assert [file.suffix for file in (tmp_path / "cache").glob("*")].count(".tar") == 1
    with pytest.raises(FileNotFoundError, match="no index of shards at http"):
        Pictures(f"{server.url}/none.json", 16)


def test_whole_shards_pass_the_check(shards: Path, server: Server) -> None:
    assert check(str(shards / "index.json")) == check(f"{server.url}/index.json") == 3


def test_the_least_recently_used_make_room(shards: Path, server: Server, tmp_path: Path) -> None:
    names = [f"shard-00000{i}.tar" for i in range(3)]
    hashes = [sha256_file(shards / name) for name in names]
    room = sum((shards / name).stat().st_size for name in names) - 1
    cache = Cache(tmp_path / "cache", room)
    paths = [
        cache.fetch(f"{server.url}/{name}", sha256)
        for name, sha256 in zip(names[:2], hashes[:2], strict=True)
    ]
    cache.fetch(f"{server.url}/{names[0]}", hashes[0])  # used again
    newest = cache.fetch(f"{server.url}/{names[2]}", hashes[2])
    assert newest.exists()
    assert paths[0].exists()
    assert not paths[1].exists()
