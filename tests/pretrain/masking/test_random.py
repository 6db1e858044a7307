"""Random masks: every patch, and every pair of patches, is as likely as any other."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pretrain.masking import RandomMask, SquareMask

CPU = torch.device("cpu")
DRAWS = 4000


def deviations(hidden: Tensor, expected: float) -> Tensor:
    """How many standard errors a frequency lies from `expected`, `hidden` `[DRAWS, …]` of 0, 1."""
    error = math.sqrt(expected * (1 - expected) / len(hidden))
    return (hidden.double().mean(0) - expected).abs() / error


def pairs(hidden: Tensor) -> Tensor:
    """Both of two different patches hidden, `[DRAWS, L * (L - 1) / 2]`."""
    first, second = torch.triu_indices(hidden.shape[1], hidden.shape[1], 1)
    return hidden[:, first] * hidden[:, second]


def test_every_patch_and_every_pair_is_equally_likely() -> None:
    torch.manual_seed(0)
    mask = RandomMask((4, 6), 0.75).draw(DRAWS, CPU).mask  # 18 of 24
    assert deviations(mask, 18 / 24).max() < 5
    assert deviations(pairs(mask), 18 / 24 * 17 / 23).max() < 5


def test_every_patch_is_equally_likely_on_the_grid_of_a_whole_picture() -> None:
    torch.manual_seed(0)
    assert deviations(RandomMask((14, 14), 0.75).draw(DRAWS, CPU).mask, 0.75).max() < 5


def test_the_check_notices_shifted_stripes_and_a_favoured_patch() -> None:
    torch.manual_seed(0)
    stripe = (torch.arange(24) < 18).float()
    shifted = torch.stack([stripe.roll(int(n)) for n in torch.randint(24, (DRAWS,))])
    assert deviations(shifted, 18 / 24).max() < 5  # patch by patch they look random
    assert deviations(pairs(shifted), 18 / 24 * 17 / 23).max() > 5
    noise = torch.rand(DRAWS, 24)
    noise[:, 3] *= 0.9
    favoured = (noise.argsort(1).argsort(1) >= 6).float()
    assert deviations(favoured, 18 / 24).max() > 5


def test_both_ways_to_ask_give_the_same_mask() -> None:
    sampler = RandomMask((4, 6), 0.5)
    torch.manual_seed(0)
    mask = sampler.draw(3, CPU).mask
    torch.manual_seed(0)
    assert torch.equal(sampler.hidden(3), mask.bool())


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_squares_are_hidden_as_a_whole(rows: int, columns: int, side: int, percent: int) -> None:
    squares = rows * columns
    number = -(-percent * squares // 100)
    if number == squares:
        return
    grid = (rows * side, columns * side)
    mask = SquareMask(grid, percent / 100, side=side).draw(3, CPU).mask.reshape(3, *grid)
    for picture in mask:
        counts = [
            int(picture[y : y + side, x : x + side].sum())
            for y in range(0, grid[0], side)
            for x in range(0, grid[1], side)
        ]
        assert sorted(counts) == [0] * (squares - number) + [side**2] * number


def test_every_square_and_every_pair_is_equally_likely() -> None:
    torch.manual_seed(0)
    mask = SquareMask((8, 12), 0.6).draw(DRAWS, CPU).mask.reshape(DRAWS, 8, 12)
    corners = mask[:, ::2, ::2].flatten(1)  # 24 squares, 14.4 rounded up
    assert deviations(corners, 15 / 24).max() < 5
    assert deviations(pairs(corners), 15 / 24 * 14 / 23).max() < 5


def test_simmims_mask() -> None:
    sampler = SquareMask((12, 12), 0.6)  # pictures of 192 pixels: 36 squares of 32 pixels
    assert sampler.number - sampler.visible == 4 * 22  # 21.6 rounded up
    hidden = 400 - SquareMask((20, 20), 0.55).visible
    assert hidden == 4 * 55  # of 100 squares, although 0.55 * 100 is a little more than 55


def test_a_grid_that_does_not_divide() -> None:
    with pytest.raises(ValueError, match="7 x 8 patches does not divide into squares of 2 x 2"):
        SquareMask((7, 8), 0.5)
    with pytest.raises(ValueError, match="8 x 10 patches does not divide into squares of 4 x 4"):
        SquareMask((8, 10), 0.5, side=4)


def test_squares_that_leave_nothing_visible() -> None:
    with pytest.raises(ValueError, match=r"0\.8 leaves none of 4 squares visible; lower it"):
        SquareMask((4, 4), 0.8)
