"""One JSON object from a file, or a complaint that says what is wrong with the file."""

import json
import math
import re
from pathlib import Path
from typing import Any

SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # how JSON spells half of a character

LONGEST = 400  # digits; no float has as many


def read_object(file: Path) -> dict[str, Any]:
    """The content of `file`. Everything that can be wrong with it is a ValueError."""
    try:
        raw = file.read_text(encoding="utf-8")
        content = decode(raw)
        where = half_character(content) if SURROGATE.search(raw) else None
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON, half-written? {error.msg} at line {error.lineno} column {error.colno}"
        ) from error
    except RecursionError as error:
        raise ValueError("nested too deeply to be a record") from error
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, got {type(content).__name__}")
    if where is not None:
        raise ValueError(f"{where} holds half a character, which no text file can")
    return content


def decode(raw: str) -> Any:
    """Whole numbers too long for Python to read become infinite, so that their field is named."""
    try:
        return json.loads(raw)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(raw, parse_int=whole_number)


def whole_number(digits: str) -> float:
    return int(digits) if len(digits) < LONGEST else math.inf


def half_character(found: Any, where: str = "") -> str | None:
    """The dotted name of the first text, or name, that UTF-8 cannot hold; None where all can."""
    if isinstance(found, str):
        try:
            found.encode()
        except UnicodeEncodeError:
            return where
    if isinstance(found, list):
        return next(filter(None, (half_character(item, where) for item in found)), None)
    if isinstance(found, dict):
        for key, value in found.items():
            name = f"{where}.{key}" if where else key
            inner = half_character(key, ascii(name)) or half_character(value, name)
            if inner is not None:
                return inner
    return None
