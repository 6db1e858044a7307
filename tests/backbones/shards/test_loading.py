"""Samples counted over an epoch, interrupted and resumed, by processes and workers."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from file_server import FileServer
from torch.utils.data import DataLoader

from backbones.pictures.dataset import Pictures, stack_pictures
from backbones.pictures.sampler import EpochSampler
from backbones.shards.sampler import ShardOrder, ShardSampler

BATCH = 4  # of all processes: 2 steps of the 10 pictures


@pytest.mark.parametrize("kind", ["folder", "shards", "server"])
@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("world", [1, 2])
def test_each_picture_once_whether_interrupted_or_not(
    pictures: Path,
    shards: Path,
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    workers: int,
    world: int,
) -> None:
    root = {"folder": str(pictures), "shards": str(shards), "server": server.url}[kind]

    def loader(rank: int) -> DataLoader[dict[str, object]]:
        place = (rank, world)
        monkeypatch.setattr("backbones.pictures.sampler.get_dist_info", lambda: place)
        data = Pictures(root, 16, cache=str(tmp_path / "cache"))
        sampler: EpochSampler
        if kind == "folder":
            sampler = EpochSampler(data, BATCH)
        else:
            sampler = ShardSampler(data, BATCH, streams=2, buffer=3)
        sampler.set_epoch(5)
        options = {"num_workers": workers, "collate_fn": stack_pictures}
        return DataLoader(data, BATCH // world, sampler=sampler, **options)  # type: ignore[arg-type]

    whole, resumed = Counter[str](), Counter[str]()
    for rank in range(world):
        batches = [batch["path"] for batch in loader(rank)]
        assert [len(batch) for batch in batches] == [BATCH // world] * 2
        whole.update(path for batch in batches for path in batch)

        before = iter(loader(rank))
        first = next(before)["path"]  # workers are already further: they had no step
        del before
        after = loader(rank)
        after.sampler.skip(BATCH // world)  # type: ignore[attr-defined]
        rest = [batch["path"] for batch in after]
        assert [first, *rest] == batches
        resumed.update(path for batch in (first, *rest) for path in batch)
    assert len(whole) == 8
    assert set(whole.values()) == {1}
    assert resumed == whole
    assert len(server.shards) == (3 if kind == "server" else 0)  # once, for all of them


@pytest.mark.parametrize("world", [1, 2, 3])
def test_an_evaluation_in_the_order_of_shards_sees_every_picture(
    shards: Path, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: int
) -> None:
    seen, lengths = [], set()
    for rank in range(world):
        place = (rank, world)
        monkeypatch.setattr("backbones.shards.sampler.get_dist_info", lambda place=place: place)
        data = Pictures(server.url, 16, train=False, cache=str(tmp_path / "cache"))
        loader = DataLoader(data, 3, sampler=ShardOrder(data), collate_fn=stack_pictures)
        own = [index for batch in loader for index in batch["index"]]
        lengths.add(len(own))
        seen += own
        numbers = data.source.shard_of(np.array(own))  # type: ignore[attr-defined]
        assert sum(np.diff(numbers) != 0) <= 2  # one after another
    assert lengths == {-(-10 // world)}
    assert list(dict.fromkeys(seen)) == data.source.row().tolist()  # type: ignore[attr-defined]
    # MMEngine takes the processes' results in turns, and as many as there are pictures
    gathered = np.reshape(seen, (world, -1)).T.ravel()[:10].tolist()
    assert sorted(gathered) == list(range(10))
    assert len(server.shards) == 3
