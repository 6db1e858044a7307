"""Ends of axes, and marks that can be hollow."""

from math import inf, nan

import pytest

from reports.figures.marks import limits, mark
from reports.vocabulary import METHODS


@pytest.mark.parametrize("values", [[3.0, 3.0], [0.0], [-2.0, 5.0], [1e6, 1e6], [], [nan, inf, 1]])
def test_an_axis_has_room_for_all_its_numbers(values: list[float]) -> None:
    low, high = limits(values)
    assert low < high
    assert all(low < value < high for value in values if value not in (inf,) and value == value)


def test_every_method_looks_different_filled_and_hollow() -> None:
    for _, style in METHODS.values():
        assert mark(style, filled=True) != mark(style, filled=False)
        assert mark(style, filled=False)["marker"] != "x"  # which has no inside
