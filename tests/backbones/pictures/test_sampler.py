"""Batches: the same pictures a step on any number of processes, whole batches only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbones.pictures.sampler import EpochSampler


@given(st.integers(1, 50), st.integers(1, 10), st.integers(0, 5))
def test_each_picture_comes_at_most_once_and_batches_are_whole(
    size: int, batch: int, epoch: int
) -> None:
    if size < batch:
        return
    sampler = EpochSampler(range(size), batch, seed=0)
    sampler.set_epoch(epoch)
    drawn = list(sampler)
    assert len(drawn) == len(sampler) == size // batch * batch
    assert len({index for _, index in drawn}) == len(drawn)
    assert {e for e, _ in drawn} == {epoch}


def test_epochs_and_seeds_differ_and_repeat() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        sampler = EpochSampler(range(100), 10, seed=seed)
        sampler.set_epoch(epoch)
        return [index for _, index in sampler]

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(0, 2)
    assert order(0, 1) != order(1, 1)


def test_processes_share_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [index for _, index in EpochSampler(range(50), 8, seed=0)]
    shares = []
    for rank in range(4):
        monkeypatch.setattr("backbones.pictures.sampler.get_dist_info", lambda rank=rank: (rank, 4))
        shares.append([index for _, index in EpochSampler(range(50), 8, seed=0)])
    for step in range(6):
        together = {i for share in shares for i in share[2 * step : 2 * step + 2]}
        assert together == set(alone[8 * step : 8 * step + 8])


def test_too_few_pictures_for_one_batch() -> None:
    with pytest.raises(ValueError, match="7 pictures do not fill one batch of 8; lower it"):
        EpochSampler(range(7), 8)
