"""Histograms of oriented gradients against MaskFeat's facts, one pixel at a time in float64."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.testing import assert_close

from pretrain.targets.hog import INK, HOGTarget

PATCH, CELL, BINS = 8, 4, 9
KERNEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
Array = NDArray[np.float64]
BROKEN = (
    "atan2(y, x)",
    "signed",
    "nearest bin",
    "no magnitude",
    "not normalised",
    "sum to one",
    "over the patch",
    "padded with the border",
    "cells column by column",
    "colours last",
)


@pytest.fixture
def images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 3, 16, 24, generator=generator, dtype=torch.float64)


def pixel(channel: Array, y: int, x: int, broken: str) -> float:
    """Reflected at the border, which is not repeated."""
    H, W = channel.shape
    if broken == "padded with the border":
        return float(channel[min(max(y, 0), H - 1), min(max(x, 0), W - 1)])
    return float(channel[H - 1 - abs(H - 1 - abs(y)), W - 1 - abs(W - 1 - abs(x))])


def cell_of(channel: Array, top: int, start: int, broken: str) -> Array:
    histogram = np.zeros(BINS)
    for y in range(top, top + CELL):
        for x in range(start, start + CELL):
            gx = gy = 0.0
            for i in range(3):
                for j in range(3):
                    value = pixel(channel, y + i - 1, x + j - 1, broken)
                    gx += KERNEL[i][j] * value
                    gy += KERNEL[j][i] * value
            angle = math.atan2(gy, gx) if broken == "atan2(y, x)" else math.atan2(gx, gy)
            turn = angle / (2 * math.pi if broken == "signed" else math.pi) * BINS
            chosen = round(turn) if broken == "nearest bin" else math.floor(turn)
            histogram[chosen % BINS] += 1 if broken == "no magnitude" else math.hypot(gx, gy)
    if broken in ("not normalised", "over the patch"):
        return histogram
    norm = histogram.sum() if broken == "sum to one" else math.sqrt((histogram**2).sum())
    return histogram / norm


def derive(images: Tensor, broken: str = "") -> Array:
    """`[N, L, P]`: patch by patch, cell by cell in rows, colour by colour."""
    places = [(y, x) for y in range(0, PATCH, CELL) for x in range(0, PATCH, CELL)]
    if broken == "cells column by column":
        places = sorted(places, key=lambda place: place[1])
    pictures = []
    for picture in images.numpy():
        patches = []
        for top in range(0, picture.shape[1], PATCH):
            for start in range(0, picture.shape[2], PATCH):
                values = np.array(
                    [
                        [cell_of(channel, top + y, start + x, broken) for channel in picture]
                        for y, x in places
                    ]
                )  # [cells, 3, B]
                if broken == "colours last":
                    values = values.swapaxes(1, 2)
                if broken == "over the patch":
                    values = values / math.sqrt((values**2).sum())
                patches.append(values.ravel())
        pictures.append(patches)
    return np.array(pictures)


def test_truth_equals_the_derivation(images: Tensor) -> None:
    truth = HOGTarget(PATCH, cell=CELL).truth(images)
    assert truth.shape == (2, 6, 3 * BINS * 4)
    assert_close(truth.numpy(), derive(images), rtol=0, atol=1e-12)


@pytest.mark.parametrize("broken", BROKEN)
def test_the_comparison_notices_a_broken_variant(images: Tensor, broken: str) -> None:
    truth = HOGTarget(PATCH, cell=CELL).truth(images[:1]).numpy()
    assert np.abs(truth - derive(images[:1], broken)).max() > 1e-2


def test_loss_and_gradient_equal_the_derivation(images: Tensor) -> None:
    target = HOGTarget(PATCH, cell=CELL)
    truth = target.truth(images)
    prediction = torch.randn(truth.shape, dtype=torch.float64, requires_grad=True)
    loss = target.loss(prediction, truth)
    weights = torch.rand(loss.shape, dtype=torch.float64)
    (loss * weights).sum().backward()
    away = prediction.detach().numpy() - derive(images)
    by_hand = np.array([[(row**2).sum() / 108 for row in picture] for picture in away])
    assert_close(loss.detach().numpy(), by_hand, rtol=1e-10, atol=0)
    assert prediction.grad is not None
    gradient = 2 * away / 108 * weights.numpy()[:, :, None]
    assert_close(prediction.grad.numpy(), gradient, rtol=1e-8, atol=1e-12)
    assert not np.allclose((away**2).sum(2), by_hand)
    assert not np.allclose(np.abs(away).mean(2), by_hand)


def test_brightness_and_contrast_do_not_matter(images: Tensor) -> None:
    """So normalised pictures will do; a colour of other contrast than its neighbour too."""
    target = HOGTarget(PATCH, cell=CELL)
    scale = torch.tensor([0.2, 3.0, 1.7], dtype=torch.float64)[:, None, None]
    repainted = images * scale + torch.tensor([5.0, -1, 0.3])[:, None, None]
    assert_close(target.truth(repainted), target.truth(images), rtol=0, atol=1e-9)


def test_a_flat_picture_has_no_edges() -> None:
    assert torch.equal(HOGTarget(16).truth(torch.ones(1, 3, 16, 16)), torch.zeros(1, 1, 108))


def ramp(across: float, down: float) -> Tensor:
    """A patch whose brightness changes along one direction, `[1, 3, 8, 8]`."""
    y, x = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    return (across * x + down * y).expand(1, 3, 8, 8)


def drawn(image: Tensor) -> Tensor:
    """Ink of the first colour in a patch of one cell, away from where reflection bends ramps."""
    target = HOGTarget(8)
    return target.picture(target.truth(image), image)[0, 0] + INK / 2


def spread(ink: Tensor) -> tuple[float, float]:
    """Mean squared distance from the middle, down and across."""
    squares = (torch.arange(8) - 3.5).square()
    return float((ink.sum(1) * squares).sum() / ink.sum()), float(
        (ink.sum(0) * squares).sum() / ink.sum()
    )


def test_an_upright_edge_is_drawn_upright_and_a_level_one_level() -> None:
    ink = drawn(ramp(1, 0))
    assert ink[:, 3:5].min() > 0.1  # the middle of its bin: exactly upright
    assert ink[:, [0, 1, 2, 5, 6, 7]].abs().max() < 1e-5
    down, across = spread(drawn(ramp(0, 1)))
    assert across > 5 * down


@pytest.mark.parametrize("sign", [1, -1])
def test_a_slanted_edge_is_drawn_along_the_edge(sign: int) -> None:
    """Brighter to the bottom right: the edge rises to the right, like a slash."""
    slash = torch.eye(8).flip(1)
    ink = drawn(ramp(sign, sign))
    assert (ink * slash).sum() > 1.5 * (ink * slash.flip(1)).sum()
    ink = drawn(ramp(sign, -sign))
    assert (ink * slash.flip(1)).sum() > 1.5 * (ink * slash).sum()


def test_an_edge_is_drawn_in_its_own_cell_and_colour() -> None:
    target, images = HOGTarget(16), torch.zeros(1, 3, 32, 48)
    images[0, 1, 18:22, 37:39] = 1  # within the cell of rows 16…23, columns 32…39
    ink = target.picture(target.truth(images), images) + INK / 2
    places = [tuple(place) for place in ink[0].nonzero().tolist()]
    assert len(places) > 10
    assert {(c, y // 8, x // 8) for c, y, x in places} == {(1, 2, 4)}


def test_a_negative_prediction_draws_nothing() -> None:
    drawn = HOGTarget(16).picture(torch.full((1, 1, 108), -1.0), torch.zeros(1, 3, 16, 16))
    assert (drawn == -INK / 2).all()


def test_low_precision_stops_at_the_prediction(images: Tensor) -> None:
    target = HOGTarget(PATCH, cell=CELL)
    exact = target.truth(images.float())
    with torch.autocast("cpu", dtype=torch.bfloat16):  # as a training step
        assert torch.equal(target.truth(images.float()), exact)
    assert target.truth(images.bfloat16()).dtype == torch.float32
    loss = target.loss(exact.bfloat16(), exact)
    assert loss.dtype == torch.float32
    assert loss.max() > 0  # the prediction's own rounding


def test_maskfeats_width_and_nothing_in_the_checkpoint() -> None:
    assert HOGTarget(16).width == 108
    assert HOGTarget(16).state_dict() == {}


def test_a_patch_that_does_not_divide_into_cells() -> None:
    with pytest.raises(ValueError, match="a patch of 12 pixels does not divide into cells of 8"):
        HOGTarget(12)
