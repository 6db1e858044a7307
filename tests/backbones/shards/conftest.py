"""Ten pictures in three small shards."""

from pathlib import Path

import pytest

from backbones.shards.writer import write_shards


@pytest.fixture
def shards(pictures: Path, tmp_path: Path) -> Path:
    """The folder of `shard-00000{0,1,2}.tar` (4, 4 and 2 pictures) and `index.json`."""
    write_shards(pictures, tmp_path / "shards", 4)
    return tmp_path / "shards"
