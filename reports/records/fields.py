"""One field of a JSON object, or a complaint that names it, what it holds and what it should.

A default (or `required=False`) means the field may be missing or null, never that it may be wrong.
"""

import math
from typing import Any


def is_number(found: object) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


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
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise ValueError(f"{dotted(where, key)} is {shown(found)}, expected a whole number ≥ 0")
    return found


def number(parent: dict[str, Any], key: str, where: str = "") -> float | None:
    found = parent.get(key)
    if found is None:
        return None
    if not is_number(found) or not math.isfinite(found):
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
