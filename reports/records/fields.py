"""One field of a JSON object, or a complaint that names it, what it holds and what it should.

A default (or `required=False`) means the field may be missing or null, never that it may be wrong.
"""

import math
from typing import Any

LARGEST = 2**63 - 1  # that a table's column of whole numbers holds


def is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def is_finite(found: float) -> bool:
    try:
        return math.isfinite(found)
    except OverflowError:  # a whole number beyond the largest float
        return False


def section(
    parent: dict[str, Any], key: str, where: str = "", *, required: bool = False
) -> dict[str, Any]:
    found = parent.get(key)
    if found is None and not required:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"{dotted(where, key)} is {shown(found)}, expected an object")
    return found


def text(parent: dict[str, Any], key: str, where: str = "", *, default: str | None = None) -> str:
    """A string; without a default it must be there and not be empty."""
    found = parent.get(key)
    if found is None and default is not None:
        return default
    if not isinstance(found, str) or (default is None and not found.strip()):
        raise ValueError(f"{dotted(where, key)} is {shown(found)}, expected text")
    return found


def integer(
    parent: dict[str, Any], key: str, where: str = "", *, required: bool = False
) -> int | None:
    found = parent.get(key)
    if found is None and not required:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST:
        raise ValueError(
            f"{dotted(where, key)} is {shown(found)}, expected a whole number from 0 to 2⁶³ − 1"
        )
    return found


def number(parent: dict[str, Any], key: str, where: str = "") -> float | None:
    found = parent.get(key)
    if found is None:
        return None
    if not is_number(found) or not is_finite(found):
        raise ValueError(f"{dotted(where, key)} is {shown(found)}, expected a finite number")
    return float(found)


def flag(parent: dict[str, Any], key: str, where: str = "", *, required: bool = False) -> bool:
    found = parent.get(key)
    if found is None and not required:
        return False
    if not isinstance(found, bool):
        raise ValueError(f"{dotted(where, key)} is {shown(found)}, expected true or false")
    return found


def dotted(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def shown(found: object) -> str:
    """What was found, short enough for one line."""
    if found is None:
        return "missing"
    written = repr(found)
    return written if len(written) <= 60 else written[:57] + "…"
