"""A table: formatted cells for reading, unrounded numbers for computing.

All formats show the same `Table`. Rows stay in a fixed order: ranking is a claim.
"""

from dataclasses import dataclass
from itertools import groupby

import pandas as pd


@dataclass(frozen=True)
class Column:
    """`group` is the heading shared by neighbours, such as a metric; `label` the column's own."""

    group: str
    label: str

    @property
    def name(self) -> str:
        return f"{self.group} {self.label}".strip()


@dataclass(frozen=True)
class Cell:
    """What one place shows. `value` sorts it, `records` are the paths of what it was made from."""

    text: str
    value: float | None = None
    records: tuple[str, ...] = ()
    best: bool = False  # ahead of every other row, and not by chance


@dataclass(frozen=True)
class Row:
    method: str
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, method: str, *cells: Cell | str) -> "Row":
        """A row whose plain texts sort as text and come from no record."""
        return cls(method, tuple(c if isinstance(c, Cell) else Cell(c) for c in cells))

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Table:
    slug: str
    title: str
    caption: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    numbers: pd.DataFrame


def header_spans(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """(group, number of columns) from left to right; a column without a group stands alone."""
    spans: list[tuple[str, int]] = []
    for group, same in groupby(columns, key=lambda column: column.group):
        width = len(list(same))
        spans += [(group, width)] if group else [("", 1)] * width
    return spans
