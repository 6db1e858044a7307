"""The curves of a record: `{"loss": [[iteration, value], …]}`, held as arrays.

There are hundreds of points in a record and thousands of records in a folder; as arrays they take
a sixth of the memory of pairs, and pass between processes in no time.
"""

import math
from array import array
from types import NoneType
from typing import Any, NamedTuple

from reports.records.fields import shown


class Curve(NamedTuple):
    """Of one length, in order of iteration."""

    iterations: "array[float]"
    values: "array[float]"


def parse_curves(found: object) -> dict[str, Curve]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"curves is {shown(found)}, expected an object of [[iteration, value], …]")
    return {name: parse_curve(name, points) for name, points in sorted(found.items())}


def parse_curve(name: str, points: Any) -> Curve:
    """Points that are not finite are dropped: a curve may have holes, a metric may not."""
    if not are_pairs(points):
        raise ValueError(f"curves.{name} is not a list of [iteration, value] pairs")
    try:
        kept = [
            (x, y) for x, y in points if y is not None and math.isfinite(x) and math.isfinite(y)
        ]
    except OverflowError as error:
        raise ValueError(f"curves.{name} holds a whole number too large for a curve") from error
    kept.sort()
    return Curve(array("d", [x for x, _ in kept]), array("d", [y for _, y in kept]))


def are_pairs(points: Any) -> bool:
    """By exact types, once for all points: a truth value is no number."""
    return (
        isinstance(points, list)
        and all(type(point) is list and len(point) == 2 for point in points)
        and {type(x) for x, _ in points} <= {int, float}
        and {type(y) for _, y in points} <= {int, float, NoneType}
    )
