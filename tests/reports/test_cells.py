"""Cells as a reader sees them."""

import pytest

from reports.cells import gain_cell, signed, spread_cell
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


def test_gain_cell_counts_its_pairs() -> None:
    assert gain_cell(Spread(11.0, 1.73, 3), 1) == "+11.0 ± 1.7 (3)"
    assert gain_cell(Spread(-0.52, None, 1), 1) == "−0.5 (1)"
    assert gain_cell(None, 1) == "–"


def test_a_difference_that_rounds_to_nothing_has_no_sign() -> None:
    assert [signed(0.04, 1), signed(-0.04, 1), signed(-0.06, 1)] == ["0.0", "0.0", "−0.1"]
