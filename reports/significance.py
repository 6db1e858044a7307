"""Is a difference more than chance? Pure functions on arrays; nothing here knows what a score is.

Two things are random: which images are in the validation set, and the seed of a run. Images are
resampled for all methods at once, so a difference is paired; seeds are resampled for each method
on its own (the same seed of two methods shares little). Score tables are bootstrapped by their
percentiles as a rule (Agarwal et al. 2021, section 4). Those are too narrow with two or three
seeds, and where a few images decide, as for the mean over classes of which some are rare. So the
interval is Student's t around the estimate. Its standard error over images is the geometric mean
of the bootstrap's and the jackknife's (Efron and Tibshirani 1993, chapters 6 and 11): for a class
in k images the first's variance is too small by (k - 1) / k, the second's too large by
k / (k - 1). Its degrees of freedom follow from the kurtosis of what the images contribute, and are
put together with those of the seeds by Satterthwaite's rule. `python -m reports.benchmark coverage`
simulates how often the truth is inside.

Shapes: n images, B resamples, G groups of images, S seeds.
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
DRAWS = 1000  # of seeds, where images cannot be resampled
GROUPS = 200  # that the jackknife leaves out in turn; with fewer images, every image


@dataclass(frozen=True)
class Sample:
    """Weights to score a run with: all images once, each group left out, each resample."""

    weights: Weights  # [1 + G + B, n]
    groups: int

    def runs(self, scores: Sequence[Floats]) -> "Runs":
        """The seeds of one method, each scored with all weights: S times `[1 + G + B]`."""
        found = np.stack(scores)
        whole, without, resampled = np.split(found, [1, 1 + self.groups], axis=1)
        return Runs(whole[:, 0], without, resampled, self.weights.shape[1])


@dataclass(frozen=True)
class Runs:
    """A method's scores: on the images as they are, without some, and on every resample.

    Without per-image results seeds are all there is.
    """

    estimates: Floats  # [S]
    without: Floats | None = None  # [S, G]
    resampled: Floats | None = None  # [S, B]
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


def sample(images: int, resamples: int, rng: np.random.Generator) -> Sample:
    groups = min(images, GROUPS)
    weights = np.empty((1 + groups + resamples, images), np.uint16)
    weights[0] = 1
    group = rng.permutation(np.arange(images) * groups // images)  # neighbours are often alike
    weights[1 : 1 + groups] = group[None] != np.arange(groups)[:, None]
    for row in weights[1 + groups :]:
        row[:] = np.bincount(rng.integers(images, size=images), minlength=images)
    return Sample(weights, groups)


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
    images = image_part(methods, signs)
    draws = len(images[0].draws) if images else DRAWS
    parts = [*images, *seed_parts(methods, signs, draws, rng)]
    return test_of(estimate, parts) if parts else None


def test_of(estimate: float, parts: Sequence["Part"]) -> Test:
    """The variances add up, and so do the draws."""
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
    without = [runs.without for runs in methods if runs.without is not None]
    resampled = [runs.resampled for runs in methods if runs.resampled is not None]
    if len(without) < len(methods) or len(resampled) < len(methods):
        return []
    if len({runs.images for runs in methods}) > 1 or len({r.shape[1] for r in resampled}) > 1:
        raise ValueError("methods were resampled on different images, so they cannot be paired")
    left_out, draws = signed_mean(without, signs), signed_mean(resampled, signs)
    draws = draws[~np.isnan(draws)]
    if np.isnan(left_out).any() or len(left_out) < 2 or len(draws) < 2:
        return []  # all hangs on one group of images: nothing tells how far it would move
    pulls = left_out - left_out.mean()  # [G] what each group contributes
    jackknife = (len(pulls) - 1) / len(pulls) * float((pulls**2).sum())
    bootstrap = float(draws.var(ddof=1))
    variance = np.sqrt(jackknife * bootstrap)
    stretch = np.sqrt(variance / bootstrap) if bootstrap > 0 else 0.0
    freedom = freedom_of(pulls, methods[0].images)
    return [Part("images", float(variance), freedom, stretch * (draws - draws.mean()))]


def signed_mean(scores: Sequence[Floats], signs: Sequence[float]) -> Floats:
    """Mean over seeds, summed over methods; NaN for a draw that holds nothing to score."""
    found: Floats = np.asarray(signs) @ np.stack([of.mean(axis=0) for of in scores])
    return found


def freedom_of(pulls: Floats, images: int) -> float:
    """Of a variance estimated from `pulls` `[G]` of groups: 2 n / (kurtosis - 1), at least 1.

    Groups of m images are that much nearer to normal, so their excess kurtosis counts m times.
    """
    spread = float((pulls**2).mean())
    if spread == 0:
        return float(max(1, images - 1))
    excess = float((pulls**4).mean()) / spread**2 - 3
    return max(1.0, 2 * images / (2 + max(0.0, excess) * images / len(pulls)) - 1)


def seed_parts(
    methods: Sequence[Runs], signs: Sequence[float], draws: int, rng: np.random.Generator
) -> list[Part]:
    """Each method's mean over resampled seeds; none where every method has a single one."""
    spreads = [deviations(runs) for runs in methods if runs.seeds > 1]
    if len(spreads) == len(methods):
        return [
            seed_part([runs], [sign], spread, draws, rng)
            for runs, sign, spread in zip(methods, signs, spreads, strict=True)
        ]
    # a single seed is given the spread of the others, which is then one source of chance
    shared = [np.concatenate(spreads)] if spreads else []
    return [seed_part(methods, signs, spread, draws, rng) for spread in shared]


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
