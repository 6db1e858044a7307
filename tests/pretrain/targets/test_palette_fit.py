"""How the palette is fitted: Lloyd's algorithm, pixel by pixel in float64."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.testing import assert_close

from pretrain.targets import palette
from pretrain.targets.palette import PaletteTarget

PATCH = 6  # shrunk to 2 x 2 pixels
Array = NDArray[np.float64]


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 12, 18, generator=torch.Generator().manual_seed(0))  # 48 pixels


def nearest(pixel: Array, colours: Array) -> int:
    distances = [float(((pixel - colour) ** 2).sum()) for colour in colours]
    return distances.index(min(distances))


def kmeans(pixels: Array, start: Array) -> tuple[Array, bool]:
    """Lloyd's algorithm, where a colour without pixels stays; and whether there was one."""
    colours, unused = start.copy(), False
    for _ in range(palette.ITERATIONS):
        labels = [nearest(pixel, colours) for pixel in pixels]
        for k in range(len(colours)):
            own = [pixel for pixel, label in zip(pixels, labels, strict=True) if label == k]
            if own:
                colours[k] = sum(own) / len(own)
            else:
                unused = True
    return colours, unused


@pytest.mark.parametrize(("pictures", "colours", "seed"), [(10, 7, 2), (1, 8, 71)])
def test_fit_equals_k_means_from_the_same_start(
    pictures: int, colours: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(pictures, 3, 12, 18, generator=generator)
    start, fitted = PaletteTarget(PATCH, colours=colours), PaletteTarget(PATCH, colours=colours)
    monkeypatch.setattr(palette, "ITERATIONS", 0)
    before = start.fit(images.split(3))
    monkeypatch.setattr(palette, "ITERATIONS", 4)  # not settled yet
    report = fitted.fit(images.split(3))
    pixels = fitted.shrink(images).reshape(-1, 3).double().numpy()
    for row in start.palette.numpy():
        assert np.abs(pixels - row).max(1).min() < 1e-6  # one of the pixels
    assert start.palette[:, 0].max() > np.quantile(pixels[:, 0], 0.6)  # not the first ones sorted
    expected, unused = kmeans(pixels, start.palette.double().numpy())
    assert_close(fitted.palette.double().numpy(), expected, rtol=0, atol=1e-5)
    assert unused == (seed == 71)
    errors = [pixel - expected[nearest(pixel, expected)] for pixel in pixels]
    rms = math.sqrt(np.square(errors).mean())
    assert report == f"{colours} colours fitted on {len(pixels)} pixels, RMS distance {rms:.3f}"
    assert float(before.split()[-1]) > 1.05 * rms


def test_clusters_that_lie_apart_are_found_exactly() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[-1.0, 0, 2], [1, 1, -1]])
    labels = torch.rand(4, 1, 4, 6, generator=generator) < 0.3
    small = torch.where(labels[:, 0, :, :, None], centres[0], centres[1])
    small = small + 0.05 * torch.randn(small.shape, generator=generator)
    images = small.permute(0, 3, 1, 2).repeat_interleave(3, 2).repeat_interleave(3, 3)
    target = PaletteTarget(PATCH, colours=2)
    target.fit([images])
    means = torch.stack([small[labels[:, 0]].mean(0), small[~labels[:, 0]].mean(0)])
    found = target.palette[target.palette[:, 0].argsort()]
    assert_close(found, means, rtol=0, atol=1e-6)


def test_as_many_colours_as_there_are_lose_nothing(images: Tensor) -> None:
    exact = PaletteTarget(PATCH, colours=48)
    assert exact.fit([images]).endswith("48 pixels, RMS distance 0.000")


def test_fit_repeats_itself_and_leaves_the_global_generator_alone(
    images: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(palette, "SAMPLE", 30)
    first, second = PaletteTarget(PATCH, colours=5), PaletteTarget(PATCH, colours=5)
    before = torch.get_rng_state()
    assert "5 colours fitted on 30 pixels" in first.fit([images])
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    second.fit([images])
    assert torch.equal(first.palette, second.palette)


def test_pictures_with_too_few_colours() -> None:
    with pytest.raises(ValueError, match=r"hold 1 different colours, fewer than target\.colours=9"):
        PaletteTarget(PATCH, colours=9).fit([torch.zeros(4, 3, 12, 18)])
