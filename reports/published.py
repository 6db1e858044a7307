"""Numbers from the papers, in `published.csv`: one row a number, each with its table.

`note` says where the paper trained longer, shorter or searched settings. `settings` holds those the
paper gives for this one method, as options of our configuration. Several sources may give one
number; the paper that introduced the protocol comes first.
"""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from pathlib import Path

from reports.settings import from_options


@dataclass(frozen=True)
class Published:
    """`value` stays text, so that 48.0 keeps the digits its paper printed."""

    protocol: str
    method: str
    arch: str
    task: str
    metric: str
    value: str
    source: str
    note: str
    settings: str

    def stands_beside(self, ours: set[str]) -> bool:
        """Ours ran the protocol as it is, or with the very settings this number was tuned to."""
        return not ours - {""} or ours == {from_options(self.settings)}


@cache
def published_numbers() -> tuple[Published, ...]:
    """The whole file, in file order."""
    with resources.files("reports").joinpath("published.csv").open(encoding="utf-8") as file:
        return read_rows(file, "published.csv")


def read_published(file: Path) -> tuple[Published, ...]:
    """Another file with the same columns; ValueError names the line and what is wrong with it."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            return read_rows(opened, str(file))
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not UTF-8 text: {error.reason}") from error


def read_rows(file: Iterable[str], name: str) -> tuple[Published, ...]:
    rows = csv.DictReader(file)
    expected = [field.name for field in fields(Published)]
    if rows.fieldnames != expected:
        raise ValueError(f"{name} has columns {rows.fieldnames}, expected {expected}")
    return tuple(checked(row, f"{name}, line {rows.line_num}") for row in rows)


def checked(row: dict[str, str], where: str) -> Published:
    if None in row or None in row.values():
        raise ValueError(f"{where} has more or fewer fields than there are columns")
    if not is_number(row["value"]):
        raise ValueError(f"{where}: value is {row['value']!r}, expected a number such as 50.3")
    return Published(**row)


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def published_for(
    *,
    protocol: str,
    arch: str,
    method: str,
    metric: str,
    among: Sequence[Published] | None = None,
) -> list[Published]:
    """Every source of one number, the main one first; empty where nothing is published."""
    wanted = (protocol, arch, method, metric)
    return [
        row
        for row in (published_numbers() if among is None else among)
        if (row.protocol, row.arch, row.method, row.metric) == wanted
    ]
