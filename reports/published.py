"""Numbers from the papers, in `published.csv`: one row a number, each with its table.

`note` says where the paper trained longer, shorter or searched settings. `settings` holds those the
paper gives for this one method, as options of our configuration. Several sources may give one
number; the paper that introduced the protocol comes first.
"""

import csv
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

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
        rows = csv.DictReader(file)
        expected = [field.name for field in fields(Published)]
        if rows.fieldnames != expected:
            raise ValueError(f"published.csv has columns {rows.fieldnames}, expected {expected}")
        return tuple(Published(**row) for row in rows)


def published_for(*, protocol: str, arch: str, method: str, metric: str) -> list[Published]:
    """Every source of one number, the main one first; empty where nothing is published."""
    wanted = (protocol, arch, method, metric)
    return [
        row
        for row in published_numbers()
        if (row.protocol, row.arch, row.method, row.metric) == wanted
    ]
