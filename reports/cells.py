"""One table cell: mean, spread and how many; a dash where there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.evidence import Interval
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


def interval_cell(found: Interval | None, places: int) -> str:
    """ "[1.2, 3.4]" with true minus signs."""
    if found is None:
        return GAP
    return f"[{minus(found.low, places)}, {minus(found.high, places)}]"


def rank_cell(found: tuple[int, int] | None) -> str:
    """ "1", or "2–4" where the order within is open."""
    if found is None:
        return GAP
    best, worst = found
    return str(best) if best == worst else f"{best}–{worst}"


def p_cell(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def minus(value: float, places: int) -> str:
    return signed(value, places).removeprefix("+")


def plus_minus(found: Spread, places: int) -> str:
    return "" if found.sd is None else f" ± {found.sd:.{places}f}"


def signed(value: float, places: int) -> str:
    """With a true minus, and no sign on a difference that rounds to nothing."""
    written = f"{abs(value):.{places}f}"
    if float(written) == 0:
        return written
    return f"{'+' if value > 0 else '−'}{written}"
