"""Ten pictures in three small shards, and a server that has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer, serving

from backbones.shards.writer import write_shards


@pytest.fixture
def shards(pictures: Path, tmp_path: Path) -> Path:
    """The folder of `shard-00000{0,1,2}.tar` (4, 4 and 2 pictures) and `index.json`."""
    write_shards(pictures, tmp_path / "shards", 4)
    return tmp_path / "shards"


@pytest.fixture
def server(shards: Path) -> Iterator[FileServer]:
    with serving(shards) as server:
        yield server
