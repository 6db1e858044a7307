"""What can be said about a comparison beyond its means: intervals, paired differences, ranks.

A difference is first minus second in the metric's own unit (percent points). Intervals are at 95 %,
p-values two-sided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = tuple[str, str]  # method, metric


@dataclass(frozen=True)
class Interval:
    """`over` says what was resampled: "images", "seeds" or "images and seeds"."""

    estimate: float
    low: float
    high: float
    over: str


@dataclass(frozen=True)
class Difference:
    """Two methods on one metric, on the same images.

    `p` is two-sided, `p_holm` after Holm's correction over all pairs and headline metrics of the
    table; `better` is the share of resamples in which the first's mean is the better one;
    `detectable` the smallest true difference that such data show with a power of 80 %.
    """

    metric: str
    first: str
    second: str
    interval: Interval
    p: float
    p_holm: float
    better: float
    detectable: float
    seeds: tuple[int, int]
    images: int | None

    @property
    def significant(self) -> bool:
        return self.p_holm < 0.05

    @property
    def settled(self) -> bool:
        """Significant with images and runs drawn anew; one seed each settles no method."""
        return self.significant and self.interval.over == "images and seeds"


@dataclass(frozen=True)
class ClassDifference:
    """One category: both scores in percent, and their difference on the same images."""

    name: str
    first: float
    second: float
    interval: Interval


@dataclass(frozen=True)
class ClassDifferences:
    """Two methods category by category, in the data's order of categories."""

    metric: str
    first: str
    second: str
    rows: tuple[ClassDifference, ...]


@dataclass(frozen=True)
class Evidence:
    """`best` names the method ahead of every other one by more than chance, seeds included.

    `ranks` holds the best and the worst rank that the differences leave open.
    """

    intervals: dict[Cell, Interval] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    ranks: dict[Cell, tuple[int, int]] = field(default_factory=dict)
    best: dict[str, str] = field(default_factory=dict)
    classes: tuple[ClassDifferences, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be compared, and why

    def reach(self, cell: Cell, seeds: Sequence[float]) -> tuple[float | None, float | None]:
        """The ends of the interval, else the lowest and the highest of several seeds."""
        if found := self.intervals.get(cell):
            return found.low, found.high
        return (min(seeds), max(seeds)) if len(seeds) > 1 else (None, None)

    def between(self, metric: str, first: str, second: str) -> Difference | None:
        """The difference first − second, whichever way round it is held; None if there is none."""
        for found in self.differences:
            if found.metric == metric and {found.first, found.second} == {first, second}:
                return found if found.first == first else turned(found)
        return None


def turned(found: Difference) -> Difference:
    """The same difference seen from the other side."""
    turned_interval = Interval(
        -found.interval.estimate, -found.interval.high, -found.interval.low, found.interval.over
    )
    return Difference(
        metric=found.metric,
        first=found.second,
        second=found.first,
        interval=turned_interval,
        p=found.p,
        p_holm=found.p_holm,
        better=1 - found.better,
        detectable=found.detectable,
        seeds=found.seeds[::-1],
        images=found.images,
    )
