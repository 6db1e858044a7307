"""What every mask keeps to: the count it promises, one place a patch, the global generator."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pretrain.masking import BlockMask, CentreMask, GridMask, MaskSampler, RandomMask, SquareMask

CPU = torch.device("cpu")
KINDS: dict[str, Callable[..., MaskSampler]] = {
    "random": RandomMask,
    "square": SquareMask,
    "block": partial(BlockMask, smallest=3),
    "block-filled": partial(BlockMask, smallest=3, fill=True),
    "grid": GridMask,
    "centre": CentreMask,
}
DRAWN = ["random", "square", "block", "block-filled"]
every_kind = pytest.mark.parametrize("kind", KINDS)
cases = st.tuples(
    st.integers(1, 4),  # pictures
    st.integers(1, 6),  # half the rows
    st.integers(1, 6),  # half the columns
    st.integers(0, 99),  # percent hidden
    st.integers(0, 2**31),  # seed
)


@every_kind
@settings(deadline=None)
@given(cases)
def test_counts_permutation_and_mask_agree(kind: str, case: tuple[int, int, int, int, int]) -> None:
    images, rows, columns, percent, seed = case
    grid, patches = (2 * rows, 2 * columns), 4 * rows * columns
    visible = math.floor(patches * (1 - percent / 100))
    seen_squares = rows * columns - -(-percent * rows * columns // 100)
    if visible < 1 or (kind == "square" and seen_squares < 1):
        with pytest.raises(ValueError, match="visible; lower it"):
            KINDS[kind](grid, percent / 100)
        return
    if kind == "square":
        visible = 4 * seen_squares
    sampler = KINDS[kind](grid, percent / 100)
    assert (sampler.number, sampler.visible) == (patches, visible)
    torch.manual_seed(seed)
    keep, hide, restore, mask = sampler.draw(images, CPU)
    everyone = torch.arange(patches).expand(images, -1)
    assert ((mask == 0) | (mask == 1)).all()
    if not sampler.exact:
        assert keep.shape == (images, 0)
        assert torch.equal(hide, mask.flatten().nonzero()[:, 0])
        assert torch.equal(restore, everyone)
        assert (mask.sum(1) <= patches - visible).all()
        return
    assert keep.shape == (images, visible)
    assert (mask.sum(1) == patches - visible).all()
    apart = torch.cat([keep, hide], 1)
    assert torch.equal(apart.sort(1).values, everyone)
    assert torch.equal(apart.gather(1, restore), everyone)
    assert torch.equal(mask.nonzero()[:, 1], hide.sort(1).values.flatten())


@every_kind
def test_only_the_block_mask_without_fill_promises_no_count(kind: str) -> None:
    assert KINDS[kind]((8, 8), 0.5).exact == (kind != "block")


@every_kind
def test_the_seed_decides_and_nothing_else(kind: str) -> None:
    sampler = KINDS[kind]((8, 10), 0.5)
    torch.manual_seed(5)
    first, second = sampler.draw(3, CPU), sampler.draw(3, CPU)
    assert torch.equal(first.mask, second.mask) == (kind not in DRAWN)
    torch.manual_seed(5)
    again = KINDS[kind]((8, 10), 0.5).draw(3, CPU)
    for tensor, expected in zip(again, first, strict=True):
        assert torch.equal(tensor, expected)


@pytest.mark.parametrize("kind", DRAWN)
def test_pictures_of_a_batch_get_masks_of_their_own(kind: str) -> None:
    torch.manual_seed(0)
    masks = KINDS[kind]((8, 10), 0.5).draw(20, CPU).mask
    assert len(masks.unique(dim=0)) == 20


@every_kind
def test_visible_patches_come_in_picture_order_where_only_the_set_is_drawn(kind: str) -> None:
    torch.manual_seed(0)
    keep = KINDS[kind]((8, 10), 0.5).draw(3, CPU).keep
    assert torch.equal(keep, keep.sort(1).values) == (kind != "random")


@every_kind
@pytest.mark.parametrize("ratio", [1.0, -0.1])
def test_a_ratio_outside_its_range(kind: str, ratio: float) -> None:
    with pytest.raises(ValueError, match=rf"mask_ratio must lie in \[0, 1\), got {ratio}"):
        KINDS[kind]((8, 8), ratio)


@every_kind
def test_a_ratio_that_hides_everything(kind: str) -> None:
    with pytest.raises(ValueError, match=r"0\.99 leaves none of 64 patches visible; lower it"):
        KINDS[kind]((8, 8), 0.99)
