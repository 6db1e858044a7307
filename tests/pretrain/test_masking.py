"""Random masking: exact counts, a permutation, and nothing but the noise decides."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pretrain.masking import kept, random_masking, take

sizes = st.tuples(st.integers(1, 4), st.integers(2, 60), st.floats(0, 0.95), st.integers(0, 2**31))


def draw(images: int, patches: int, seed: int) -> torch.Tensor:
    return torch.rand(images, patches, generator=torch.Generator().manual_seed(seed))


@given(sizes)
def test_counts_are_exact_and_every_patch_has_one_place(
    case: tuple[int, int, float, int],
) -> None:
    images, patches, ratio, seed = case
    number = int(patches * (1 - ratio))
    if number == 0:
        return
    keep, restore, mask = random_masking(draw(images, patches, seed), ratio)
    assert keep.shape == (images, number)
    assert (mask.sum(1) == patches - number).all()
    assert (restore.sort(1).values == torch.arange(patches)).all()  # a permutation, no duplicates
    assert (mask.gather(1, keep) == 0).all()


@given(sizes)
def test_restore_undoes_the_shuffle(case: tuple[int, int, float, int]) -> None:
    images, patches, _, seed = case
    noise = draw(images, patches, seed)
    order = noise.argsort(dim=1, stable=True)
    tokens = torch.rand(images, patches, 3)
    shuffled = take(tokens, order)
    restore = random_masking(noise, 0).restore
    assert torch.equal(take(shuffled, restore), tokens)


def test_the_smallest_noise_is_kept() -> None:
    noise = torch.tensor([[0.9, 0.1, 0.5, 0.3], [0.0, 0.2, 0.1, 0.3]])
    keep, _, mask = random_masking(noise, 0.5)
    assert keep.tolist() == [[1, 3], [0, 2]]
    assert mask.tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_ties_go_to_the_earlier_patch() -> None:
    assert random_masking(torch.zeros(1, 6), 0.5).keep.tolist() == [[0, 1, 2]]


def test_kept_rounds_down_as_the_official_code() -> None:
    assert kept(196, 0.75) == 49
    assert kept(256, 0.75) == 64
    assert kept(10, 0.75) == 2


@pytest.mark.parametrize("ratio", [1.0, -0.1])
def test_a_ratio_outside_its_range(ratio: float) -> None:
    with pytest.raises(ValueError, match=rf"mask_ratio must lie in \[0, 1\), got {ratio}"):
        kept(196, ratio)


def test_a_ratio_that_hides_everything() -> None:
    with pytest.raises(ValueError, match=r"0\.9 leaves none of 4 patches visible"):
        kept(4, 0.9)
