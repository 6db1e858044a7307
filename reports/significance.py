"""Is a difference more than chance? Pure functions on arrays; nothing here knows what a score is.

Two things are random: which images are in the validation set, and the seed of a run. Images are
resampled for all methods at once, so a difference is paired; seeds are resampled for each method
on its own (the same seed of two methods shares little). The bootstrap (Efron and Tibshirani 1993,
chapters 6 and 13; for score tables Agarwal et al. 2021, section 4) gives the standard error, and
Student's t with Satterthwaite's degrees of freedom the interval, because percentiles of two or
three seeds are far too narrow.

Shapes: n images, B resamples, S seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from reports.evidence import Interval

Floats = NDArray[np.float64]
Weights = NDArray[np.uint16]

LEVEL = 0.95
POWER = 0.8


@dataclass(frozen=True)
class Runs:
    """A method's scores: on the images as they are, and on every draw of them.

    Without per-image results `resampled` is None, and seeds are all there is.
    """

    estimates: Floats  # [S]
    resampled: Floats | None  # [S, B]
    images: int = 0

    @property
    def mean(self) -> float:
        return float(self.estimates.mean())

    @property
    def seeds(self) -> int:
        return len(self.estimates)


@dataclass(frozen=True)
class Test:
    """An estimate with its standard error; `draws` are what it was resampled to."""

    estimate: float
    error: float
    freedom: float
    draws: Floats  # [B]
    over: str

    @property
    def interval(self) -> Interval:
        half = float(student.ppf(0.5 + LEVEL / 2, self.freedom)) * self.error
        return Interval(self.estimate, self.estimate - half, self.estimate + half, self.over)

    @property
    def p(self) -> float:
        """Two-sided, against no difference; below 1 - LEVEL exactly where the interval leaves 0."""
        if self.error == 0:
            return 1.0 if self.estimate == 0 else 0.0
        return float(2 * student.sf(abs(self.estimate) / self.error, self.freedom))

    @property
    def better(self) -> float:
        """Share of the draws above zero, equal ones counted half."""
        return float(np.mean(self.draws > 0) + np.mean(self.draws == 0) / 2)

    @property
    def detectable(self) -> float:
        """The smallest true difference that is found with a probability of POWER."""
        both = student.ppf([0.5 + LEVEL / 2, POWER], self.freedom).sum()
        return float(both * self.error)


def image_weights(images: int, resamples: int, rng: np.random.Generator) -> Weights:
    """How often each image is drawn: `[B, n]`, every row n draws with replacement."""
    drawn = np.empty((resamples, images), np.uint16)
    for row in drawn:
        row[:] = np.bincount(rng.integers(images, size=images), minlength=images)
    return drawn


def interval_of(runs: Runs, rng: np.random.Generator) -> Test | None:
    """Around one method's mean; None where neither images nor seeds can be resampled."""
    return combine([runs], [1.0], rng)


def difference(first: Runs, second: Runs, rng: np.random.Generator) -> Test | None:
    """First minus second, paired by image. None where nothing can be resampled.

    A method with one seed beside one with several is given the spread of the other's seeds.

    Raises:
        ValueError: where the two were resampled differently.
    """
    return combine([first, second], [1.0, -1.0], rng)


def combine(
    methods: Sequence[Runs], signs: Sequence[float], rng: np.random.Generator
) -> Test | None:
    """A signed sum of means over seeds: each draw resamples images and seeds together."""
    estimate = sum(sign * runs.mean for runs, sign in zip(methods, signs, strict=True))
    parts = [*image_part(methods, signs), *seed_parts(methods, signs, rng)]
    if not parts:
        return None
    return Test(
        estimate=estimate,
        error=float(np.sqrt(sum(part.variance for part in parts))),
        freedom=satterthwaite(parts),
        draws=estimate + np.sum([part.draws for part in parts], axis=0),
        over=" and ".join(dict.fromkeys(part.over for part in parts)),
    )


@dataclass(frozen=True)
class Part:
    """One source of chance: its share of the variance, and draws of it around zero `[B]`."""

    over: str
    variance: float
    freedom: float
    draws: Floats


def image_part(methods: Sequence[Runs], signs: Sequence[float]) -> list[Part]:
    """The mean over seeds, image draw by image draw; none where a run kept no per-image results."""
    kept = [runs.resampled for runs in methods if runs.resampled is not None]
    images = methods[0].images
    if len(kept) < len(methods) or images < 2:
        return []
    if len({runs.images for runs in methods}) > 1 or len({found.shape[1] for found in kept}) > 1:
        raise ValueError("methods were resampled on different images, so they cannot be paired")
    means = np.stack([found.mean(axis=0) for found in kept])  # [methods, B]
    draws = np.asarray(signs) @ means
    draws = draws - draws.mean()
    return [Part("images", float(draws.var(ddof=1)), images - 1, draws)]


def seed_parts(
    methods: Sequence[Runs], signs: Sequence[float], rng: np.random.Generator
) -> list[Part]:
    """Each method's mean over resampled seeds; none where every method has a single one."""
    spreads = [deviations(runs) for runs in methods if runs.seeds > 1]
    if len(spreads) == len(methods):
        return [
            seed_part([runs], [sign], spread, draws_of(methods), rng)
            for runs, sign, spread in zip(methods, signs, spreads, strict=True)
        ]
    # a single seed is given the spread of the others, which is then one source of chance
    shared = [np.concatenate(spreads)] if spreads else []
    return [seed_part(methods, signs, spread, draws_of(methods), rng) for spread in shared]


def seed_part(
    methods: Sequence[Runs],
    signs: Sequence[float],
    spread: Floats,
    draws: int,
    rng: np.random.Generator,
) -> Part:
    means = [rng.choice(spread, size=(draws, runs.seeds)).mean(axis=1) for runs in methods]
    variance = float((spread**2).mean()) * sum(1 / runs.seeds for runs in methods)
    return Part("seeds", variance, len(spread) - 1, np.asarray(signs) @ np.stack(means))


def deviations(runs: Runs) -> Floats:
    """From the mean, stretched so that their mean square is the unbiased variance."""
    n = runs.seeds
    return (runs.estimates - runs.mean) * np.sqrt(n / (n - 1))


def draws_of(methods: Sequence[Runs]) -> int:
    return next((r.resampled.shape[1] for r in methods if r.resampled is not None), 1000)


def satterthwaite(parts: Sequence[Part]) -> float:
    """Degrees of freedom of a sum of variances (Satterthwaite 1946)."""
    total = sum(part.variance for part in parts)
    shares = sum(part.variance**2 / part.freedom for part in parts)
    return total**2 / shares if shares > 0 else float("inf")


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order (Holm 1979): the error over all of them is held."""
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    steps = [(len(p) - i) * p[index] for i, index in enumerate(order)]
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps)) if steps else []
    return [float(value) for value in adjusted]
