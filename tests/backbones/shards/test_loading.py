"""Samples counted over an epoch, interrupted and resumed, by processes and workers."""

from collections import Counter
from pathlib import Path

import pytest
from torch.utils.data import DataLoader

from backbones.pictures.dataset import Pictures, stack_pictures
from backbones.pictures.sampler import EpochSampler
from backbones.shards.sampler import ShardSampler

BATCH = 4  # of all processes: 2 steps of the 10 pictures


@pytest.mark.parametrize("sharded", [True, False])
@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("world", [1, 2])
def test_each_picture_once_whether_interrupted_or_not(
    pictures: Path,
    shards: Path,
    monkeypatch: pytest.MonkeyPatch,
    sharded: bool,
    workers: int,
    world: int,
) -> None:
    def loader(rank: int) -> DataLoader[dict[str, object]]:
        place = (rank, world)
        monkeypatch.setattr("backbones.pictures.sampler.get_dist_info", lambda: place)
        data = Pictures(str(shards / "index.json" if sharded else pictures), 16)
        sampler: EpochSampler
        if sharded:
            sampler = ShardSampler(data, BATCH, streams=2, buffer=3)
        else:
            sampler = EpochSampler(data, BATCH)
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
