"""Shards: an ordinary WebDataset of all files, the same again, and resumed after a kill."""

import json
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from backbones.shards.writer import alone, unique_keys, write_shards

KILLED = """
import os, signal, sys
from pathlib import Path
from backbones.shards import writer

def told(done, total):
    if done == 2:
        whole = writer.add
        def die(*arguments):  # within the third shard, after its first picture
            whole(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        writer.add = die

writer.write_shards(Path(sys.argv[1]), Path(sys.argv[2]), 4, told=told)
"""


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_every_file_stands_in_one_shard_with_its_class(pictures: Path, shards: Path) -> None:
    found = {}
    for shard in sorted(shards.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for name in tar.getnames():
                found[name] = tar.extractfile(name).read()  # type: ignore[union-attr]
    expected = {}
    for label, kind in enumerate(("apple", "pear")):
        for path in (pictures / kind).iterdir():
            expected[f"{kind}/{path.name}"] = path.read_bytes()
            expected[f"{kind}/{path.stem}.cls"] = str(label).encode()
    assert found == expected
    index = json.loads((shards / "index.json").read_text())
    assert index["classes"] == ["apple", "pear"]
    assert [shard["count"] for shard in index["shards"]] == [4, 4, 2]
    assert index["count"] == 10
    first = index["shards"][0]["labels"]
    assert 0 < sum(first) < 4  # shuffled: not one class alone


def test_pictures_that_lie_flat_have_no_classes(pictures: Path, tmp_path: Path) -> None:
    index = write_shards(pictures / "pear", tmp_path / "out", 4)
    assert index.classes == ()
    with tarfile.open(tmp_path / "out" / "shard-000000.tar") as tar:
        assert all(name.endswith(".png") for name in tar.getnames())


def test_a_killed_writer_goes_on_and_touches_no_finished_shard(
    pictures: Path, shards: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    command = [sys.executable, "-c", KILLED, str(pictures), str(out)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    left = {path.name: path.stat().st_mtime_ns for path in out.glob("*.tar")}
    assert left.keys() == {"shard-000000.tar", "shard-000001.tar"}
    assert not (out / "index.json").exists()
    write_shards(pictures, out, 4)
    assert {name: (out / name).stat().st_mtime_ns for name in left} == left
    assert contents(out) == contents(shards)


def test_shards_of_other_pictures_are_not_taken_for_these(pictures: Path, shards: Path) -> None:
    with pytest.raises(ValueError, match=r"holds shard-000002\.tar, which is not one of the 2"):
        write_shards(pictures, shards, 5)
    with pytest.raises(ValueError, match=r"shard-000000\.tar holds other pictures .* --seed"):
        write_shards(pictures, shards, 4, seed=1)
    path = shards / "shard-000001.tar"
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(ValueError, match=r"shard-000001\.tar (is no whole tar|holds other)"):
        write_shards(pictures, shards, 4)


def test_two_writers_are_one_too_many(pictures: Path, shards: Path) -> None:
    with (
        alone(shards),
        pytest.raises(ValueError, match=r"another process writes shards to .*; wait for it"),
    ):
        write_shards(pictures, shards, 4)
    write_shards(pictures, shards, 4)


def test_keys_end_at_their_first_dot_and_stay_apart() -> None:
    paths = ["a/x.1.jpg", "a/x_1.png", "a/x_1.jpg", "b/x.jpg"]
    assert list(unique_keys(paths)) == ["a/x_1", "a/x_1_2", "a/x_1_3", "b/x"]
