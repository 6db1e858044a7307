"""Cells as a reader sees them."""

import pytest

from reports.cells import interval_cell, p_cell, rank_cell, signed, spread_cell
from reports.evidence import Interval
from reports.summary import Spread


@pytest.mark.parametrize(
    ("found", "seeds", "cell"),
    [
        (Spread(41.25, 0.26, 3), 3, "41.2 ± 0.3"),
        (Spread(41.25, None, 1), 1, "41.2"),
        (Spread(41.25, None, 1), 3, "41.2 (1 of 3)"),
        (None, 3, "–"),
    ],
)
def test_spread_cell(found: Spread | None, seeds: int, cell: str) -> None:
    assert spread_cell(found, 1, seeds=seeds) == cell


def test_intervals_have_true_minus_signs() -> None:
    assert interval_cell(Interval(0.5, -0.26, 1.26, "images"), 1) == "[−0.3, 1.3]"
    assert interval_cell(None, 1) == "–"


def test_ranks_that_are_open_are_ranges() -> None:
    assert [rank_cell(found) for found in ((1, 1), (2, 4), None)] == ["1", "2–4", "–"]


def test_p_is_never_zero() -> None:
    assert [p_cell(p) for p in (0.0, 0.0009, 0.0414, 1.0)] == ["< .001", "< .001", ".041", "1.000"]


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert [signed(0.04, 1), signed(-0.04, 1), signed(-0.06, 1)] == ["0.0", "0.0", "−0.1"]
