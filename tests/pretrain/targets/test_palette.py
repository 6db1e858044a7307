"""The palette target against brute force: every pixel, every colour, in float64."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.testing import assert_close

from pretrain.targets import palette
from pretrain.targets.palette import PaletteTarget

PATCH, SIDE, COLOURS = 6, 2, 40
Array = NDArray[np.float64]


@pytest.fixture
def images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 3, 12, 18, generator=generator, dtype=torch.float64)


@pytest.fixture
def target() -> PaletteTarget:
    built = PaletteTarget(PATCH, colours=COLOURS, side=SIDE).double()
    generator = torch.Generator().manual_seed(1)
    built.palette.copy_(0.3 * torch.randn(COLOURS, 3, generator=generator, dtype=torch.float64))
    return built


def colour(picture: Array, top: int, start: int, broken: str) -> Array:
    size = PATCH // SIDE
    block = picture[:, top : top + size, start : start + size]
    if broken == "corner":
        return block[:, 0, 0]
    return block.reshape(3, -1).sum(1) / size**2


def nearest(pixel: Array, colours: Array, broken: str = "") -> int:
    power = 1 if broken == "city block" else 2
    distances = [float((np.abs(pixel - entry) ** power).sum()) for entry in colours]
    return distances.index(max(distances) if broken == "furthest" else min(distances))


def derive(images: Tensor, colours: Array, broken: str = "") -> NDArray[np.int64]:
    """`[N, L, s * s]`, patches and the pixels in them row by row."""
    size = PATCH // SIDE
    H, W = images.shape[2:]
    patches = [(y, x) for y in range(0, H, PATCH) for x in range(0, W, PATCH)]
    inside = [(y, x) for y in range(0, PATCH, size) for x in range(0, PATCH, size)]
    if broken == "patches column by column":
        patches.sort(key=lambda place: place[1])
    if broken == "pixels column by column":
        inside.sort(key=lambda place: place[1])
    if broken == "blue first":
        colours = colours[:, ::-1]
    return np.array(
        [
            [
                [nearest(colour(picture, Y + y, X + x, broken), colours, broken) for y, x in inside]
                for Y, X in patches
            ]
            for picture in images.numpy()
        ]
    )


def test_truth_equals_the_derivation(target: PaletteTarget, images: Tensor) -> None:
    truth = target.truth(images)
    assert truth.shape == (2, 6, SIDE**2)
    assert np.array_equal(truth.numpy(), derive(images, target.palette.numpy()))


@pytest.mark.parametrize(
    "broken",
    [
        *("corner", "city block", "furthest", "blue first"),
        *("patches column by column", "pixels column by column"),
    ],
)
def test_the_comparison_notices_a_broken_variant(
    target: PaletteTarget, images: Tensor, broken: str
) -> None:
    other = derive(images, target.palette.numpy(), broken)
    assert (target.truth(images).numpy() != other).any()


def test_nearest_in_float32_errs_between_equals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    target = PaletteTarget(16)
    target.palette.copy_(torch.randn(512, 3))
    pixels = torch.randn(3000, 3)
    found = target.nearest(pixels)
    distances = (pixels.double()[:, None] - target.palette.double()).square().sum(2)
    chosen = distances.gather(1, found[:, None])[:, 0]
    assert (chosen - distances.amin(1)).max() < 1e-4
    assert (found == distances.argmin(1)).float().mean() > 0.999
    monkeypatch.setattr(palette, "CHUNK", 700)
    assert (target.nearest(pixels) == found).float().mean() > 0.999


def log_loss(logits: Array, truth: int) -> float:
    return math.log(sum(math.exp(float(logit)) for logit in logits)) - float(logits[truth])


def test_loss_and_gradient_equal_the_derivation(target: PaletteTarget, images: Tensor) -> None:
    truth = target.truth(images)
    prediction = torch.randn(2, 6, target.width, dtype=torch.float64, requires_grad=True)
    loss = target.loss(prediction, truth)
    weights = torch.rand(loss.shape, dtype=torch.float64)
    (loss * weights).sum().backward()
    assert prediction.grad is not None
    values, gradient = prediction.detach().numpy(), prediction.grad.numpy()
    swapped = values.reshape(2, 6, COLOURS, SIDE**2).swapaxes(2, 3)  # colours before pixels
    furthest = 0.0
    for n in range(2):
        for patch in range(6):
            rows = values[n, patch].reshape(SIDE**2, COLOURS)
            chosen = truth[n, patch].tolist()
            expected = [log_loss(row, k) for row, k in zip(rows, chosen, strict=True)]
            assert_close(loss[n, patch].item(), sum(expected) / SIDE**2, rtol=1e-12, atol=0)
            other = [log_loss(row, k) for row, k in zip(swapped[n, patch], chosen, strict=True)]
            furthest = max(furthest, abs(loss[n, patch].item() - sum(other) / SIDE**2))
            slope = np.exp(rows) / np.exp(rows).sum(1, keepdims=True) - np.eye(COLOURS)[chosen]
            slope = (slope * weights[n, patch].item() / SIDE**2).ravel()
            assert_close(gradient[n, patch], slope, rtol=0, atol=1e-14)
    assert furthest > 0.1


def test_loss_of_chosen_patches_is_theirs(target: PaletteTarget, images: Tensor) -> None:
    truth, prediction = target.truth(images), torch.randn(2, 6, target.width)
    hidden = torch.tensor([[1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 1, 0]]).bool()
    found = target.loss(prediction[hidden], truth[hidden])
    assert torch.equal(found, target.loss(prediction, truth)[hidden])


def test_low_precision_stops_at_the_prediction(target: PaletteTarget, images: Tensor) -> None:
    target, images = target.float(), images.float()
    prediction = torch.randn(2, 6, target.width).bfloat16()
    truth = target.truth(images)
    with torch.autocast("cpu", dtype=torch.bfloat16):  # as a training step
        assert torch.equal(target.truth(images), truth)
        loss = target.loss(prediction, truth)
    for found in (loss, target.loss(prediction, truth)):
        assert found.dtype == torch.float32
        assert torch.equal(found, target.loss(prediction.float(), truth))


def test_picture_of_a_sure_prediction_is_the_picture_in_few_colours(
    target: PaletteTarget, images: Tensor
) -> None:
    sure = 50 * torch.nn.functional.one_hot(target.truth(images), COLOURS).double().flatten(2)
    found = target.picture(sure, images).numpy()
    size, colours = PATCH // SIDE, target.palette.numpy()
    assert found.shape == images.shape
    for n, picture in enumerate(images.numpy()):
        for y in range(12):
            for x in range(18):
                pixel = colour(picture, y // size * size, x // size * size, "")
                assert np.array_equal(found[n, :, y, x], colours[nearest(pixel, colours)])


def test_a_patch_that_does_not_shrink_to_whole_pixels() -> None:
    with pytest.raises(ValueError, match="a patch of 16 pixels does not shrink to 3"):
        PaletteTarget(16, side=3)


def test_width_and_what_travels_in_the_checkpoint() -> None:
    target = PaletteTarget(16)
    assert target.width == 2 * 2 * 512
    assert set(target.state_dict()) == {"palette"}
