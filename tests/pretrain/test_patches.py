"""Patches: order by hand, and a round trip at any size."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pretrain.patches import patchify, unpatchify


def test_order_is_row_column_channel() -> None:
    images = torch.arange(2 * 4 * 4).reshape(1, 2, 4, 4)  # channel 1 is channel 0 plus 16
    patches = patchify(images, 2)
    assert patches.shape == (1, 4, 8)
    assert patches[0, 1].tolist() == [2, 18, 3, 19, 6, 22, 7, 23]  # top right


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_unpatchify_undoes_patchify(n: int, rows: int, columns: int, side: int) -> None:
    images = torch.rand(n, 3, rows * side, columns * side)
    assert torch.equal(unpatchify(patchify(images, side), side, (rows, columns)), images)


def test_a_picture_that_does_not_split() -> None:
    with pytest.raises(ValueError, match="30 x 32 pixels do not split into patches of 16"):
        patchify(torch.zeros(1, 3, 30, 32), 16)


def test_patches_that_do_not_fill_the_grid() -> None:
    with pytest.raises(ValueError, match=r"4 patches of 12 values do not fill a grid of \(3, 2\)"):
        unpatchify(torch.zeros(1, 4, 12), 2, (3, 2))
