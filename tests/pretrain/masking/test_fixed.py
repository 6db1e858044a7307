"""Fixed masks, drawn out: `#` is hidden."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pretrain.masking import CentreMask, GridMask

CPU = torch.device("cpu")
evens = st.integers(1, 10).map(lambda half: 2 * half)


def drawn(sampler: GridMask | CentreMask) -> Tensor:
    return sampler.draw(1, CPU).mask.reshape(sampler.grid)


def lines(sampler: GridMask | CentreMask) -> list[str]:
    return ["".join(".#"[int(hidden)] for hidden in row) for row in drawn(sampler)]


def neighbours_alike(mask: Tensor) -> float:
    down, across = mask[1:] == mask[:-1], mask[:, 1:] == mask[:, :-1]
    return float((down.sum() + across.sum()) / (down.numel() + across.numel()))


@settings(deadline=None)
@given(evens, evens)
def test_grid_at_three_quarters_shows_the_first_of_every_four(rows: int, columns: int) -> None:
    mask = drawn(GridMask((rows, columns), 0.75))
    squares = mask.reshape(rows // 2, 2, columns // 2, 2).permute(0, 2, 1, 3).flatten(2)
    assert (squares == torch.tensor([0.0, 1, 1, 1])).all()


def test_grid_at_three_quarters_on_mae_s_own_grid() -> None:
    mask = drawn(GridMask((14, 14), 0.75))
    assert int((mask == 0).sum()) == 49
    assert (mask[::2, ::2] == 0).all()


@settings(deadline=None)
@given(evens, evens)
def test_grid_at_a_half_is_a_chessboard(rows: int, columns: int) -> None:
    mask = drawn(GridMask((rows, columns), 0.5))
    expected = (torch.arange(rows)[:, None] + torch.arange(columns)) % 2
    assert torch.equal(mask, expected.float())


def test_grid_drawn_out_and_not_square() -> None:
    assert lines(GridMask((4, 6), 0.75)) == [".#.#.#", "######", ".#.#.#", "######"]
    assert lines(GridMask((3, 4), 0.5)) == [".#.#", "#.#.", ".#.#"]
    assert lines(GridMask((4, 4), 1 - 2 / 16)) == [".###", "####", "##.#", "####"]
    assert lines(GridMask((4, 4), 0.25)) == ["....", "#.#.", "....", "#.#."]


@pytest.mark.parametrize("ratio", [0.3, 0.6, 0.8])
def test_grid_is_even_at_any_ratio(ratio: float) -> None:
    """Every quarter hides as much as any other, give or take one; a random mask does not."""
    mask = drawn(GridMask((16, 16), ratio))
    quarters = [int(part.sum()) for half in mask.chunk(2) for part in half.chunk(2, 1)]
    assert max(quarters) - min(quarters) <= 1
    random = 1 - 2 * ratio * (1 - ratio)  # share of neighbours alike by chance
    assert neighbours_alike(mask) < random - 0.05


def test_centre_at_a_quarter_is_a_square_half_as_wide() -> None:
    expected = torch.zeros(16, 16)
    expected[4:12, 4:12] = 1
    assert torch.equal(drawn(CentreMask((16, 16), 0.25)), expected)


def test_centre_of_a_grid_that_is_not_square() -> None:
    expected = torch.zeros(8, 12)
    expected[2:6, 3:9] = 1
    assert torch.equal(drawn(CentreMask((8, 12), 0.25)), expected)


@settings(deadline=None)
@given(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10))
def test_a_centred_rectangle_of_the_grids_shape_is_hidden_whole(
    rows: int, columns: int, more: int
) -> None:
    """Holes whose count fits: `2 k rows` of `2 n rows`, for the same share of both sides."""
    grid = (2 * rows * (1 + more), 2 * columns * (1 + more))
    share = 1 / (1 + more)
    expected = torch.zeros(grid)
    expected[rows * more : rows * (more + 2), columns * more : columns * (more + 2)] = 1
    found = drawn(CentreMask(grid, share**2))
    extra = int(found.sum() - expected.sum())  # the visible count is rounded down
    assert extra in (0, 1)
    assert ((found - expected) >= 0).all()


def test_what_is_left_of_a_ring_goes_to_its_later_patches() -> None:
    assert lines(CentreMask((4, 4), 0.5)) == ["....", ".##.", ".##.", "####"]
    assert lines(CentreMask((6, 6), 0.4))[1:5] == ["..###.", ".####.", ".####.", ".####."]


def test_a_hole_has_neighbours_alike_and_a_grid_has_not() -> None:
    assert neighbours_alike(drawn(CentreMask((14, 14), 0.25))) > 0.9
    assert neighbours_alike(drawn(GridMask((14, 14), 0.5))) == 0


def test_every_picture_gets_the_same_mask() -> None:
    for kind in (GridMask, CentreMask):
        masks = kind((6, 8), 0.4).draw(5, CPU).mask
        assert len(masks.unique(dim=0)) == 1
