"""How far from a published number an honest repetition may land, in `bands.csv`.

One row a family of protocols (a pattern of names, the first that fits counts) and metric, each with
what the tolerance was taken from: the spread between runs where one is known, else between
reproductions. A family without a row has no known tolerance, and nothing is guessed for it.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from reports.published import Published

ROUNDING = 1e-9  # of sums in binary, such as 50.3 + 0.3


@dataclass(frozen=True)
class Tolerance:
    protocols: str
    metric: str
    value: float
    why: str
    source: str


@dataclass(frozen=True)
class Band:
    """From the lowest to the highest published number, and the tolerance on both sides."""

    low: float
    high: float

    def verdict(self, value: float) -> str:
        if value < self.low - ROUNDING:
            return BELOW
        return ABOVE if value > self.high + ROUNDING else INSIDE


INSIDE, ABOVE, BELOW = "inside", "above the band", "below the band"


def band_around(published: Sequence[Published], tolerance: Tolerance) -> Band:
    values = [float(row.value) for row in published]
    return Band(min(values) - tolerance.value, max(values) + tolerance.value)


@cache
def tolerances() -> tuple[Tolerance, ...]:
    """The whole file, in file order."""
    with resources.files("reports").joinpath("bands.csv").open(encoding="utf-8") as file:
        return tuple(
            Tolerance(row["protocols"], row["metric"], positive(row), row["why"], row["source"])
            for row in csv.DictReader(file)
        )


def positive(row: dict[str, str]) -> float:
    value = float(row["tolerance"])
    if not 0 < value < math.inf:
        raise ValueError(f"bands.csv: tolerance is {value} in {row}, expected a number above 0")
    return value


def tolerance_for(*, protocol: str, metric: str) -> Tolerance | None:
    fitting = (
        row for row in tolerances() if row.metric == metric and fnmatchcase(protocol, row.protocols)
    )
    return next(fitting, None)
