"""Pictures out of shards: those of the folder, and clear errors where a shard is damaged."""

import io
import tarfile
from pathlib import Path

import pytest
import torch

from backbones.pictures.dataset import Pictures
from backbones.shards.writer import write_shards


def test_the_same_pictures_and_labels_as_from_the_folder(pictures: Path, shards: Path) -> None:
    folder = Pictures(str(pictures), 32, labelled=True, train=False)
    sharded = Pictures(str(shards / "index.json"), 32, labelled=True, train=False)
    assert (len(sharded), sharded.classes) == (10, folder.classes)
    by_path = {sample["path"]: sample for sample in (folder[i] for i in range(10))}
    seen = set()
    for i in range(10):
        sample = sharded[i]
        shard, _, path = sample["path"].partition("/")
        assert shard == f"shard-00000{i // 4}.tar"
        assert torch.equal(sample["images"], by_path[path]["images"])
        assert sample["labels"] == by_path[path]["labels"]
        seen.add(path)
    assert len(seen) == 10
    assert sharded.labels == [sharded[i]["labels"] for i in range(10)]


def test_a_broken_picture_is_replaced_from_its_own_shard_and_named(
    pictures: Path, tmp_path: Path
) -> None:
    for i, path in enumerate(sorted(pictures.rglob("*.png"))):
        data = path.read_bytes()
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{i}.png").write_bytes(data[:200] if i == 3 else data)
    write_shards(tmp_path / "in", tmp_path / "out", 5)
    data = Pictures(str(tmp_path / "out" / "index.json"), 32)
    samples = [data[0, i] for i in range(10)]
    skipped = [(i, sample) for i, sample in enumerate(samples) if sample["skipped"]]
    assert len(skipped) == 1
    place, sample = skipped[0]
    shard = f"shard-00000{place // 5}.tar"
    assert set(sample["skipped"]) == {f"{shard}/3.png"}
    assert sample["path"].startswith(shard)
    assert sample["index"] // 5 == place // 5


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
        data[0, 3]


def test_labels_and_limits_that_shards_do_not_have(pictures: Path, tmp_path: Path) -> None:
    write_shards(pictures / "pear", tmp_path, 4)
    with pytest.raises(ValueError, match="has no classes, its pictures lay in one folder"):
        Pictures(str(tmp_path / "index.json"), 32, labelled=True)
    with pytest.raises(ValueError, match="cannot be limited to 2 pictures"):
        Pictures(str(tmp_path / "index.json"), 32, limit=2)


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
