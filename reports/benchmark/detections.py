"""Detections of a made-up detector, already matched: what `matches.npz` holds, at any size.

Shapes: n images, K categories, D detections, T thresholds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reports.average_precision import AveragePrecision, prepare

THRESHOLDS = np.linspace(0.5, 0.95, 10)


@dataclass(frozen=True)
class Objects:
    """Each object's image and category, and how hard it is to find, for every detector alike."""

    images: int
    categories: int
    image: NDArray[np.int64]
    category: NDArray[np.int64]
    ease: NDArray[np.float64]  # standard normal

    @property
    def counted(self) -> NDArray[np.int64]:
        """Rows of image, category, count."""
        pairs = np.stack([self.image, self.category], axis=1)
        rows, counts = np.unique(pairs, axis=0, return_counts=True)
        return np.column_stack([rows, counts])


@dataclass(frozen=True)
class Detections:
    image: NDArray[np.int64]
    category: NDArray[np.int64]
    score: NDArray[np.float64]
    hit: NDArray[np.bool_]  # [D, T]


def draw_objects(images: int, objects: int, categories: int, rng: np.random.Generator) -> Objects:
    """Categories as uneven as COCO's; some images are crowded, some empty, some hard."""
    share = 1 / np.arange(1, categories + 1) ** 0.8
    crowd = rng.gamma(1.0, 1.0, images)
    image = rng.choice(images, objects, p=crowd / crowd.sum())
    category = rng.choice(categories, objects, p=share / share.sum())
    of_image = rng.normal(0, 0.7, images)
    return Objects(
        images, categories, image, category, of_image[image] + rng.normal(0, 0.7, objects)
    )


def detect(objects: Objects, per_image: int, skill: float, rng: np.random.Generator) -> Detections:
    """Finds most objects, at an overlap that grows with `skill`, among many false ones."""
    quality = 1 / (1 + np.exp(-(objects.ease + skill + rng.normal(0, 0.5, len(objects.ease)))))
    found = rng.random(len(quality)) < 0.6 + 0.4 * quality
    overlap = 0.4 + 0.6 * quality[found]
    false = objects.images * per_image - int(found.sum())
    share = np.bincount(objects.category, minlength=objects.categories) + 1.0
    image = np.concatenate([objects.image[found], rng.integers(objects.images, size=false)])
    category = np.concatenate(
        [objects.category[found], rng.choice(objects.categories, false, p=share / share.sum())]
    )
    score = np.concatenate([overlap * rng.beta(6, 2, len(overlap)), rng.beta(1, 6, false)])
    hit = np.zeros((len(score), len(THRESHOLDS)), bool)
    hit[: len(overlap)] = overlap[:, None] >= THRESHOLDS
    order = np.lexsort((-score, image, category))
    return Detections(image[order], category[order], score[order], hit[order])


def prepared(objects: Objects, detections: Detections) -> AveragePrecision:
    return prepare(
        images=objects.images,
        thresholds=THRESHOLDS,
        image=detections.image,
        category=detections.category,
        score=detections.score,
        hit=detections.hit,
        ignored=np.zeros_like(detections.hit),
        objects=objects.counted,
        categories=objects.categories,
    )
