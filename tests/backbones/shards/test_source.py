"""Pictures out of shards: those of the folder, and clear errors where a shard is damaged."""

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from file_server import serving

from backbones.pictures.dataset import Pictures
from backbones.shards.writer import write_shards


def test_the_same_pictures_by_the_same_numbers_as_from_the_folder(
    pictures: Path, shards: Path
) -> None:
    options: dict[str, Any] = {"labelled": True, "augment": "rand-m9-mstd0.5-inc1"}
    folder = Pictures(str(pictures), 32, **options)
    sharded = Pictures(str(shards), 32, **options)
    assert (len(sharded), sharded.classes) == (10, folder.classes)
    assert (sharded.paths, sharded.labels) == (folder.paths, folder.labels)
    for i in range(10):
        sample, expected = sharded[3, i], folder[3, i]
        assert torch.equal(sample.pop("images"), expected.pop("images"))
        assert sample == expected
        assert sharded.source.size(i) == folder.source.size(i)
    assert torch.equal(sharded.sample(4), folder.sample(4))


@pytest.mark.parametrize("limit", [1, 3, 7, 10])
def test_a_limit_keeps_the_folders_pictures(pictures: Path, shards: Path, limit: int) -> None:
    folder = Pictures(str(pictures), 32, labelled=True, limit=limit)
    sharded = Pictures(str(shards), 32, labelled=True, limit=limit)
    assert sharded.limited == folder.limited == (limit < 10)
    assert (sharded.paths, sharded.labels) == (folder.paths, folder.labels)
    for i in range(limit):
        assert torch.equal(sharded[0, i]["images"], folder[0, i]["images"])
    whole = Pictures(str(shards), 32)
    assert (sharded.source.contents == whole.source.contents) == (limit == 10)


def test_labels_by_another_class_list(pictures: Path, shards: Path, tmp_path: Path) -> None:
    for kind in ("aubergine", "apple", "pear"):
        shutil.copytree(pictures / "pear", tmp_path / "train" / kind)
    write_shards(tmp_path / "train", tmp_path / "more", 8)
    for train in (tmp_path / "train", tmp_path / "more"):
        data = Pictures(str(shards), 32, labelled=True, classes_from=str(train))
        assert data.classes == ("apple", "aubergine", "pear")
        assert data.labels == [0] * 4 + [2] * 6
    with pytest.raises(ValueError, match=r"more has folders .* none of the 2 .*: aubergine; the"):
        Pictures(str(tmp_path / "more"), 32, labelled=True, classes_from=str(shards))


def broken_third(pictures: Path, out: Path) -> Path:
    """Two shards of ten pictures, one of which is half a file."""
    (out / "in").mkdir()
    for i, path in enumerate(sorted(pictures.rglob("*.png"))):
        data = path.read_bytes()
        (out / "in" / f"{i}.png").write_bytes(data[:200] if i == 3 else data)
    write_shards(out / "in", out / "out", 5)
    return out / "out"


def test_a_broken_picture_is_replaced_as_from_the_folder_and_named(
    pictures: Path, tmp_path: Path
) -> None:
    shards = broken_third(pictures, tmp_path)
    sharded, folder = Pictures(str(shards), 32), Pictures(str(tmp_path / "in"), 32)
    for epoch in range(5):
        sample, expected = sharded[epoch, 3], folder[epoch, 3]
        assert sample["skipped"] == expected["skipped"] == ["3.png"] * len(sample["skipped"])
        assert sample["path"] == expected["path"]
    strict = Pictures(str(shards), 32, unreadable="raise")
    with pytest.raises(OSError, match=r"out/shard-00000\d\.tar: 3\.png cannot be read as a pict"):
        strict[3]


def test_what_is_far_away_is_replaced_from_the_same_shard(pictures: Path, tmp_path: Path) -> None:
    with serving(broken_third(pictures, tmp_path)) as server:
        data = Pictures(server.url, 32, cache=str(tmp_path / "cache"))
        found = {data[epoch, 3]["index"] for epoch in range(30)}
        assert len(server.shards) == 1
    shard_of = data.source.shard_of(np.arange(10))  # type: ignore[attr-defined]
    assert found == {i for i in range(10) if shard_of[i] == shard_of[3]} - {3}


def test_a_missing_and_a_truncated_shard_are_named_at_once(shards: Path) -> None:
    path, index = shards / "shard-000001.tar", str(shards / "index.json")
    data = path.read_bytes()
    path.write_bytes(data[:3000])
    with pytest.raises(ValueError, match=r"shard-000001\.tar has 3000 bytes, its index says \d+"):
        Pictures(index, 32)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"no shard .*shard-000001\.tar, which .* lists"):
        Pictures(index, 32)


def test_a_shard_truncated_meanwhile_stops_the_run(shards: Path) -> None:
    data = Pictures(str(shards / "index.json"), 32)
    path = shards / "shard-000000.tar"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"shard-000000\.tar ends before byte \d+; it is trunc"):
        [data[0, i] for i in range(10)]


def test_an_index_of_another_writing_is_told_from_broken_pictures(
    pictures: Path, shards: Path, tmp_path: Path
) -> None:
    """Whose lengths are the same by chance, so that only reading shows it."""
    write_shards(pictures, tmp_path / "other", 4, seed=1)
    index = json.loads((shards / "index.json").read_text())
    for shard in index["shards"]:
        place = tmp_path / "other" / shard["name"]
        shard["bytes"] = place.stat().st_size
    (tmp_path / "other" / "index.json").write_text(json.dumps(index))
    data = Pictures(str(tmp_path / "other"), 32)
    with pytest.raises(ValueError, match=r"tar has no picture of \d+ bytes at byte \d+, where its"):
        [data[0, i] for i in range(10)]


def test_labels_that_shards_do_not_have(pictures: Path, tmp_path: Path) -> None:
    write_shards(pictures / "pear", tmp_path, 4)
    with pytest.raises(
        ValueError, match=r"index\.json has no classes, its pictures lay in one fol"
    ):
        Pictures(str(tmp_path), 32, labelled=True)


def test_names_beyond_a_tar_header_are_read_all_the_same(pictures: Path, tmp_path: Path) -> None:
    deep = tmp_path / "in" / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)
    data = (pictures / "pear" / "0.png").read_bytes()
    (deep / "ä.png").write_bytes(data)
    write_shards(tmp_path / "in", tmp_path / "out", 4)
    source = Pictures(str(tmp_path / "out" / "index.json"), 32).source
    assert source.read(0) == data
    with tarfile.open(tmp_path / "out" / "shard-000000.tar") as tar:
        assert io.BytesIO(tar.extractfile(tar.getnames()[0]).read()).getvalue() == data  # type: ignore[union-attr]
