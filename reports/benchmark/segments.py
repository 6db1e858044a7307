"""Label maps of a made-up segmenter, already counted: what a segmentation run keeps an image.

Shapes: N images, C classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.mean_iou import mean_iou
from reports.significance import Weights


@dataclass(frozen=True)
class Counts:
    """Pixels `[N, C]`."""

    intersection: NDArray[np.int64]
    union: NDArray[np.int64]

    def of(self, images: NDArray[np.int64]) -> "Counts":
        return Counts(self.intersection[images], self.union[images])

    def score(self, weights: Weights) -> NDArray[np.float64]:
        return mean_iou(self.intersection, self.union, weights)


@dataclass(frozen=True)
class Scenes:
    """What is in the pictures `[N, C]`, in pixels, and how easy each of them is."""

    pixels: NDArray[np.float64]
    ease: NDArray[np.float64]


def draw_scenes(images: int, classes: int, rng: np.random.Generator) -> Scenes:
    """Classes are as unlike in size as in frequency; some are in one picture out of fifty."""
    there = rng.random((images, classes)) < np.geomspace(0.8, 0.05, classes)
    pixels = rng.gamma(2, 2000, (images, classes)) * there
    return Scenes(pixels, rng.normal(0, 0.5, (images, 1)) + rng.normal(0, 0.5, (images, classes)))


def segment(scenes: Scenes, skill: float, rng: np.random.Generator) -> Counts:
    share = 1 / (1 + np.exp(-(scenes.ease + skill + rng.normal(0, 0.5, scenes.pixels.shape))))
    return Counts(
        intersection=(scenes.pixels * share).astype(np.int64),
        union=(scenes.pixels * (2 - share)).astype(np.int64),
    )
