"""From noise to a mask: exact counts, a permutation, and nothing but the noise decides."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pretrain.masking import Masking, keep_smallest, kept, take

sizes = st.tuples(st.integers(1, 4), st.integers(1, 60), st.integers(0, 60), st.integers(0, 2**31))


def draw(images: int, patches: int, seed: int) -> torch.Tensor:
    return torch.rand(images, patches, generator=torch.Generator().manual_seed(seed))


@settings(deadline=None)
@given(sizes)
def test_counts_are_exact_and_every_patch_has_one_place(case: tuple[int, int, int, int]) -> None:
    images, patches, number, seed = case
    number = min(number, patches)
    keep, hide, restore, mask = keep_smallest(draw(images, patches, seed), number)
    assert keep.shape == (images, number)
    assert hide.shape == (images, patches - number)
    everyone = torch.arange(patches).expand(images, -1)
    assert torch.equal(torch.cat([keep, hide], 1).sort(1).values, everyone)  # no duplicates
    assert torch.equal(restore.sort(1).values, everyone)
    assert mask.dtype == torch.float32
    assert (mask.gather(1, keep) == 0).all()
    assert (mask.gather(1, hide) == 1).all()


@settings(deadline=None)
@given(sizes)
def test_restore_puts_visible_then_hidden_back(case: tuple[int, int, int, int]) -> None:
    images, patches, number, seed = case
    keep, hide, restore, _ = keep_smallest(draw(images, patches, seed), min(number, patches))
    tokens = torch.rand(images, patches, 3)
    apart = torch.cat([take(tokens, keep), take(tokens, hide)], 1)
    assert torch.equal(take(apart, restore), tokens)


@settings(deadline=None)
@given(sizes)
def test_no_visible_patch_has_more_noise_than_a_hidden_one(case: tuple[int, int, int, int]) -> None:
    images, patches, number, seed = case
    noise = draw(images, patches, seed)
    keep, hide, _, _ = keep_smallest(noise, min(number, patches))
    if keep.numel() and hide.numel():
        assert (take(noise, keep).amax(1) <= take(noise, hide).amin(1)).all()


def test_the_smallest_noise_is_kept() -> None:
    noise = torch.tensor([[0.9, 0.1, 0.5, 0.3], [0.0, 0.2, 0.1, 0.3]])
    keep, hide, restore, mask = keep_smallest(noise, 2)
    assert keep.tolist() == [[1, 3], [0, 2]]
    assert hide.tolist() == [[2, 0], [1, 3]]
    assert restore.tolist() == [[3, 0, 2, 1], [0, 2, 1, 3]]
    assert mask.tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_ties_go_to_the_earlier_patch() -> None:
    assert keep_smallest(torch.zeros(1, 6), 3).keep.tolist() == [[0, 1, 2]]
    hidden = torch.tensor([[1, 0, 1, 0, 0, 1]], dtype=torch.uint8)
    assert keep_smallest(hidden, 3).keep.tolist() == [[1, 3, 4]]


def test_take_of_numbers_and_of_vectors() -> None:
    tokens, index = torch.arange(12).reshape(2, 6), torch.tensor([[5, 0], [1, 1]])
    assert take(tokens, index).tolist() == [[5, 0], [7, 7]]
    pairs = torch.stack([tokens, -tokens], 2)
    assert take(pairs, index).tolist() == [[[5, -5], [0, 0]], [[7, -7], [7, -7]]]


def test_moving_takes_every_part_along() -> None:
    moved = keep_smallest(torch.rand(2, 6), 2).to(torch.device("meta"))
    assert isinstance(moved, Masking)
    assert {tensor.device.type for tensor in moved} == {"meta"}


def test_kept_rounds_down_as_the_official_code() -> None:
    assert kept(196, 0.75) == 49
    assert kept(256, 0.75) == 64
    assert kept(10, 0.75) == 2
    assert kept(10, 0) == 10


@pytest.mark.parametrize("ratio", [1.0, -0.1])
def test_a_ratio_outside_its_range(ratio: float) -> None:
    with pytest.raises(ValueError, match=rf"mask_ratio must lie in \[0, 1\), got {ratio}"):
        kept(196, ratio)


def test_a_ratio_that_hides_everything() -> None:
    with pytest.raises(ValueError, match=r"0\.9 leaves none of 4 patches visible"):
        kept(4, 0.9)
