"""One table cell: mean, spread and how many; a dash where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.summary import Spread  # which needs pandas, slow to import

GAP = "–"
DIGITS = {"%": 1}
OTHER_DIGITS = 3


def digits(unit: object) -> int:
    return DIGITS.get(str(unit), OTHER_DIGITS)


def spread_cell(found: Spread | None, places: int, *, seeds: int) -> str:
    """A mean with its spread; a metric that some of the method's seeds lack says "(1 of 3)"."""
    if found is None:
        return GAP
    short_of = f" ({found.n} of {seeds})" if found.n < seeds else ""
    return f"{found.mean:.{places}f}{plus_minus(found, places)}{short_of}"


def gain_cell(found: Spread | None, places: int) -> str:
    """A signed mean difference, its spread, and the number of pairs in brackets."""
    if found is None:
        return GAP
    return f"{signed(found.mean, places)}{plus_minus(found, places)} ({found.n})"


def plus_minus(found: Spread, places: int) -> str:
    return "" if found.sd is None else f" ± {found.sd:.{places}f}"


def signed(value: float, places: int) -> str:
    """With a true minus, and no sign on a difference that rounds to nothing."""
    written = f"{abs(value):.{places}f}"
    if float(written) == 0:
        return written
    return f"{'+' if value > 0 else '−'}{written}"
