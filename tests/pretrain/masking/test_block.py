"""Block masks against BEiT's algorithm, one picture and one rectangle at a time."""

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pretrain.masking import BlockMask, RandomMask

CPU = torch.device("cpu")
Grid = tuple[int, int]
Masks = NDArray[np.bool_]  # [N, gh, gw]
Numbers = Iterator[tuple[float, float, float, float]]  # area, aspect, row, column; each in [0, 1)

BROKEN = ("linear aspect", "no smallest", "area counted twice", "one try", "never in the corner")


def by_hand(numbers: Numbers, grid: Grid, wanted: int, smallest: int, broken: str = "") -> Masks:
    """One picture's mask: BEiT's appendix and what its released code adds, in plain loops."""
    mask = np.zeros(grid, dtype=bool)
    left = wanted
    while left > 0:
        for _ in range(1 if broken == "one try" else 10):
            area, aspect, row, column = next(numbers)
            least = 0 if broken == "no smallest" else smallest
            area = least + area * (left - least)
            log = math.log(0.3) + aspect * (math.log(1 / 0.3) - math.log(0.3))
            ratio = 0.3 + aspect * (1 / 0.3 - 0.3) if broken == "linear aspect" else math.exp(-log)
            h, w = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if h >= grid[0] or w >= grid[1]:
                continue
            ends = 0 if broken == "never in the corner" else 1
            top = math.floor(row * (grid[0] - h + ends))
            start = math.floor(column * (grid[1] - w + ends))
            hidden = sum(
                bool(mask[y, x]) for y in range(top, top + h) for x in range(start, start + w)
            )
            new = h * w if broken == "area counted twice" else h * w - hidden
            if 0 < new <= left:
                for y in range(top, top + h):
                    for x in range(start, start + w):
                        mask[y, x] = True
                left -= new
                break
        else:
            break
    return mask


def uniform(generator: random.Random) -> Numbers:
    while True:
        yield generator.random(), generator.random(), generator.random(), generator.random()


def loop(pictures: int, grid: Grid, wanted: int, smallest: int, broken: str = "") -> Masks:
    numbers = uniform(random.Random(1))
    return np.stack([by_hand(numbers, grid, wanted, smallest, broken) for _ in range(pictures)])


def ours(sampler: BlockMask | RandomMask, pictures: int, seed: int = 0) -> Masks:
    torch.manual_seed(seed)
    return sampler.draw(pictures, CPU).mask.bool().unflatten(1, sampler.grid).numpy()


@pytest.mark.parametrize(("grid", "ratio", "smallest"), [((14, 14), 0.4, 16), ((6, 11), 0.7, 4)])
def test_masks_equal_the_loop_number_for_number(grid: Grid, ratio: float, smallest: int) -> None:
    pictures, sampler = 40, BlockMask(grid, ratio, smallest=smallest)
    found = ours(sampler, pictures)
    torch.manual_seed(0)  # round r of picture n reads column n of the r-th draw
    rounds = [torch.rand(4, pictures).T.tolist() for _ in range(300)]
    for n in range(pictures):
        numbers = iter([tuple(drawn[n]) for drawn in rounds])
        expected = by_hand(numbers, grid, sampler.wanted, smallest)
        assert np.array_equal(found[n], expected), n


def statistics(masks: Masks) -> dict[str, tuple[float, float]]:
    """Means over pictures, with their standard errors."""
    down = masks[:, 1:] & masks[:, :-1]
    across = masks[:, :, 1:] & masks[:, :, :-1]
    corners = masks[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    each = {
        "hidden": masks.sum((1, 2)),
        "neighbours": (down.sum((1, 2)) + across.sum((1, 2))) / masks.sum((1, 2)).clip(1),
        "wide": across.sum((1, 2)) - down.sum((1, 2)),
        "corners": corners.mean(1),
        "empty rows": (~masks.any(2)).sum(1),
    }
    return {name: (float(x.mean()), float(x.std() / math.sqrt(len(x)))) for name, x in each.items()}


def furthest(first: Masks, second: Masks) -> float:
    """Largest difference of a statistic, in standard errors."""
    a, b = statistics(first), statistics(second)
    return max(abs(a[name][0] - b[name][0]) / math.hypot(a[name][1], b[name][1]) for name in a)


def test_statistics_equal_the_loops() -> None:
    found = ours(BlockMask((14, 14), 0.4), 600)
    assert furthest(found, loop(600, (14, 14), 79, 16)) < 4


@pytest.mark.parametrize("broken", BROKEN)
def test_the_statistics_notice_a_broken_variant(broken: str) -> None:
    found = ours(BlockMask((14, 14), 0.4), 600)
    assert furthest(found, loop(600, (14, 14), 79, 16, broken)) > 5


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 16), st.integers(1, 16)),
    st.floats(0, 0.95),
    st.integers(1, 20),
    st.integers(0, 2**31),
)
def test_never_more_than_wanted_and_filled_exactly_around_the_rectangles(
    grid: Grid, ratio: float, smallest: int, seed: int
) -> None:
    patches = grid[0] * grid[1]
    if int(patches * (1 - ratio)) < 1:
        return
    wanted = patches - int(patches * (1 - ratio))
    blocks = ours(BlockMask(grid, ratio, smallest=smallest), 5, seed)
    assert (blocks.sum((1, 2)) <= wanted).all()
    filled = ours(BlockMask(grid, ratio, smallest=smallest, fill=True), 5, seed)
    assert (filled.sum((1, 2)) == wanted).all()
    assert (filled >= blocks).all()


def test_a_picture_starts_with_a_rectangle_that_is_neither_small_nor_long() -> None:
    """With `smallest` = what is wanted, the first rectangle has that area up to rounding."""
    sampler = BlockMask((14, 14), 36 / 196, smallest=36)
    masks = [mask for mask in ours(sampler, 300) if 30 <= mask.sum() <= 36]
    whole = [mask for mask in masks if mask.sum() == mask.any(1).sum() * mask.any(0).sum()]
    assert len(whole) > 20
    for mask in whole:
        h, w = int(mask.any(1).sum()), int(mask.any(0).sum())
        assert abs(math.log(h / w)) <= math.log((math.sqrt(36 / 0.3) + 0.5) / (6 * 0.3**0.5 - 0.5))


def test_single_patches_that_fill_are_random() -> None:
    torch.manual_seed(0)
    sampler = BlockMask((1, 12), 0.5, fill=True)  # no rectangle is lower than one row
    share = sampler.draw(4000, CPU).mask.mean(0)
    assert (share - 0.5).abs().max() < 5 * 0.5 / math.sqrt(4000)


def test_blocks_have_more_hidden_neighbours_than_a_random_mask() -> None:
    block = statistics(ours(BlockMask((14, 14), 0.4, fill=True), 200))["neighbours"][0]
    alone = statistics(ours(RandomMask((14, 14), 0.4), 200))["neighbours"][0]
    assert block > 1.5
    assert alone < 1


def test_most_pictures_of_the_paper_come_close_to_what_is_wanted() -> None:
    counts = ours(BlockMask((14, 14), 0.4), 400).sum((1, 2))
    assert 70 < counts.mean() < 79
    assert len(np.unique(counts)) > 5  # "at most": the number differs
