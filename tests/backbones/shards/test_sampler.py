"""The order of shards: whole batches, each picture once, alike on any number of processes."""

from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbones.pictures.dataset import Pictures
from backbones.shards.index import Index, Shard
from backbones.shards.sampler import ShardSampler
from backbones.shards.source import ShardSource


def pictures_of(counts: list[int], place: str = "") -> Pictures:
    """Pictures whose shards hold so many, by their places; nothing is read."""
    data, source = Pictures.__new__(Pictures), ShardSource.__new__(ShardSource)
    numbers = [np.arange(count) for count in counts]
    shards = tuple(Shard(str(n), "", 0, ("",) * len(n), n, n, n) for n in numbers)
    source.index, source.places = Index(place, (), shards), np.arange(sum(counts))
    source.remote = bool(place)
    data.source = source
    return data


def sampled(counts: list[int], rank: int = 0, world: int = 1, **options: int) -> list[int]:
    epoch, skip = options.pop("epoch", 0), options.pop("skip", 0)
    with patch("backbones.pictures.sampler.get_dist_info", return_value=(rank, world)):
        sampler = ShardSampler(pictures_of(counts), **options)  # type: ignore[arg-type]
    sampler.set_epoch(epoch)
    sampler.skip(skip)
    return [index for _, index, *_ in sampler]


many = st.lists(st.integers(1, 40), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(many, st.sampled_from([1, 2, 4]), st.integers(1, 3), st.integers(0, 3), st.integers(1, 60))
def test_every_split_covers_the_same_batches(
    counts: list[int], streams: int, each: int, epoch: int, buffer: int
) -> None:
    batch = streams * each
    if sum(counts) < batch:
        return
    options = {"batch_size": batch, "streams": streams, "buffer": buffer, "epoch": epoch}
    alone = sampled(counts, **options)
    assert len(alone) == sum(counts) // batch * batch
    assert len(set(alone)) == len(alone)
    assert set(alone) <= set(range(sum(counts)))
    for world in (w for w in (1, 2, 4) if streams % w == 0):
        shares = [sampled(counts, rank, world, **options) for rank in range(world)]
        own = batch // world
        for step in range(len(alone) // batch):
            together = [i for share in shares for i in share[own * step : own * (step + 1)]]
            assert sorted(together) == sorted(alone[batch * step : batch * (step + 1)])
            left = sampled(counts, 0, world, **options, skip=own * step)
            assert left == shares[0][own * step :]


@settings(max_examples=60, deadline=None)
@given(many, st.integers(1, 30), st.integers(0, 3))
def test_a_stream_reads_shard_after_shard_but_for_the_buffer(
    counts: list[int], buffer: int, epoch: int
) -> None:
    """One stream, so its places are those of the row of shards."""
    options = {"batch_size": 1, "streams": 1, "epoch": epoch}
    row = sampled(counts, **options, buffer=1)
    starts = np.cumsum([0, *counts])
    shard_of = np.searchsorted(starts, row, side="right") - 1
    assert (np.diff(shard_of) != 0).sum() == len(counts) - 1  # each shard read once
    place = {index: i for i, index in enumerate(row)}
    moved = sampled(counts, **options, buffer=buffer)
    assert all(abs(place[index] - i) < buffer for i, index in enumerate(moved))


def test_epochs_differ_repeat_and_mix() -> None:
    counts = [50] * 20
    options = {"batch_size": 8, "buffer": 100}
    first, second = (sampled(counts, **options, epoch=epoch) for epoch in (1, 2))
    assert first == sampled(counts, **options, epoch=1)
    assert first != second
    assert first != sampled(counts, **options, epoch=1, seed=1)
    shards = np.array(first[:8]) // 50
    assert len(set(shards.tolist())) >= 6  # a step takes from all streams


def test_a_process_reads_its_own_shards_only() -> None:
    counts = [50] * 64
    shares = [sampled(counts, rank, 4, batch_size=32, streams=8, buffer=100) for rank in range(4)]
    read = [set((np.array(share) // 50).tolist()) for share in shares]
    for i in range(4):
        assert len(read[i]) <= 64 // 4 + 2 * 2  # a stream may share one at either end


def test_what_does_not_divide_is_said(shards: Path) -> None:
    with pytest.raises(ValueError, match="8 streams of shards do not split over 3 processes"):
        sampled([50], 0, 3, batch_size=24)
    with pytest.raises(ValueError, match=r"a batch of 12 not over them; set train_dataloader.*=6,"):
        sampled([50], batch_size=12, streams=8)
    with pytest.raises(ValueError, match="set batch_size to a multiple of 4"):
        sampled([50], 0, 4, batch_size=10)
    with pytest.raises(ValueError, match="2 pictures do not fill one batch of 8"):
        sampled([2], batch_size=8)


@given(st.integers(1, 300))
def test_streams_follow_from_the_batch_alone(batch: int) -> None:
    with patch("backbones.pictures.sampler.get_dist_info", return_value=(0, 1)):
        streams = ShardSampler(pictures_of([300]), batch).streams
    assert batch % streams == 0
    assert not any(batch % more == 0 for more in range(streams + 1, 9))
    assert streams <= 8


@pytest.mark.parametrize(("batch", "world", "streams"), [(4096, 64, 64), (96, 6, 6), (48, 16, 16)])
def test_the_streams_to_set_are_said_and_suit(batch: int, world: int, streams: int) -> None:
    with pytest.raises(ValueError, match=rf"set train_dataloader\.sampler\.streams={streams},"):
        sampled([5000], 0, world, batch_size=batch)
    assert len(sampled([5000], 0, world, batch_size=batch, streams=streams)) >= batch // world


def test_a_folder_is_for_the_other_sampler(pictures: Path) -> None:
    with pytest.raises(
        ValueError, match="is a folder of pictures, this sampler reads shards; take E"
    ):
        ShardSampler(Pictures(str(pictures), 16), 2)
