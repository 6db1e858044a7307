"""Several comparisons as the columns of one table; each column stays within one comparison.

So a column never mixes protocols, data or limited runs with full ones, whatever stands beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from reports.cells import GAP, digits, interval_cell, signed, spread_cell
from reports.comparisons import Comparison, name_of
from reports.evidence import Evidence
from reports.settings import MARK, footnote, own_settings
from reports.summary import Spread, facts, over_seeds, paths_of, seeds_of
from reports.tables.beside import Beside, beside, source_lines
from reports.tables.table import Cell, Column, Row, Table
from reports.vocabulary import method_label, metric_label


@dataclass(frozen=True, eq=False)
class Slot:
    """One metric of one comparison, with its two headings.

    `prefer` are words of the sources to take a published number from where there are several.
    """

    comparison: Comparison
    evidence: Evidence
    metric: str
    label: str
    prefer: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        return f"{name_of(self.comparison.key)} {metric_label(self.metric)}"

    @cached_property
    def stats(self) -> dict[tuple[str, str], Spread]:
        return over_seeds(self.comparison.results)

    @cached_property
    def paths(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return paths_of(self.comparison.results)

    @cached_property
    def places(self) -> int:
        return digits(facts(self.comparison.results, "unit")[self.metric])

    @cached_property
    def seeds(self) -> dict[str, int]:
        return seeds_of(self.comparison.results)

    @cached_property
    def paper(self) -> Beside:
        """With the preferred source in front."""
        found = beside(self.comparison, [self.metric])
        rows = {
            cell: sorted(of, key=lambda row: not any(words in row.source for words in self.prefer))
            for cell, of in found.rows.items()
        }
        return replace(found, rows=rows)

    def sources(self, methods: Iterable[str]) -> list[str]:
        shown = {(m, self.metric): self.paper.rows.get((m, self.metric), []) for m in methods}
        return source_lines({cell: rows[:1] for cell, rows in shown.items() if rows})


@dataclass(frozen=True)
class Line:
    """A row: its label, and the method, or the pair of methods whose difference it holds."""

    label: str
    method: str
    minus: str = ""


def side_by_side(
    slots: Sequence[Slot], lines: Sequence[Line], *, slug: str, title: str, caption: str
) -> Table:
    """One column a slot, and one for its published numbers where any stands beside it."""
    papers = [slot.paper for slot in slots]
    methods = dict.fromkeys(line.method for line in lines)
    columns = [Column("", "initialisation"), Column("", "n")]
    for slot, paper in zip(slots, papers, strict=True):
        columns.append(Column(slot.group, slot.label))
        columns += [Column(slot.group, f"{slot.label} published")] if paper.rows else []
    rows = []
    for line in lines:
        cells: list[Cell | str] = [marked(line, slots), seeds_cell(line, slots)]
        for slot, paper in zip(slots, papers, strict=True):
            cells.append(value_cell(slot, line))
            cells += [published(slot, paper, line)] if paper.rows else []
        rows.append(Row.of(line.method, *cells))
    notes = dict.fromkeys(
        note
        for slot, paper in zip(slots, papers, strict=True)
        for note in (*footnote(own_settings(slot.comparison.results)), *paper.notes)
    )
    return Table(
        slug=slug,
        title=title,
        caption=f"{caption} {columns_in_words(slots)}",
        notes=tuple(notes),
        sources=tuple(dict.fromkeys(line for slot in slots for line in slot.sources(methods))),
        columns=tuple(columns),
        rows=tuple(rows),
        numbers=numbers(slots, lines, papers),
    )


def columns_in_words(slots: Sequence[Slot]) -> str:
    """Which comparison each column is, so that one can look it up."""
    named = dict.fromkeys(f"{slot.label}: {slot.comparison.title}" for slot in slots)
    return f"Columns are {'; '.join(named)}. A dash ({GAP}) is a gap."


def value_cell(slot: Slot, line: Line) -> Cell:
    return difference_cell(slot, line) if line.minus else score(slot, line.method)


def score(slot: Slot, method: str) -> Cell:
    found = slot.stats.get((method, slot.metric))
    if found is None:
        return Cell(GAP)
    return Cell(
        spread_cell(found, slot.places, seeds=slot.seeds[method]),
        found.mean,
        slot.paths[method, slot.metric],
        best=slot.evidence.best.get(slot.metric) == method,
    )


def difference_cell(slot: Slot, line: Line) -> Cell:
    """With its interval where one is known."""
    ours, other = (slot.stats.get((m, slot.metric)) for m in (line.method, line.minus))
    if ours is None or other is None:
        return Cell(GAP)
    gap = ours.mean - other.mean
    records = slot.paths[line.method, slot.metric] + slot.paths[line.minus, slot.metric]
    found = slot.evidence.between(slot.metric, line.method, line.minus)
    if found is None:
        return Cell(signed(gap, slot.places), gap, records)
    text = f"{signed(gap, slot.places)} {interval_cell(found.interval, slot.places)}"
    return Cell(text, gap, records, best=found.settled)


def published(slot: Slot, paper: Beside, line: Line) -> Cell:
    value = paper.value(line.method, slot.metric)
    if not line.minus:
        return Cell(value, float(value)) if value else Cell(GAP)
    other = paper.value(line.minus, slot.metric)
    if not value or not other:
        return Cell(GAP)
    gap = float(value) - float(other)
    return Cell(signed(gap, slot.places), gap)


def seeds_cell(line: Line, slots: Sequence[Slot]) -> Cell:
    """ "3", or "1–3" where the columns differ."""
    found = [slot.seeds.get(line.method, 0) for slot in slots]
    if line.minus:
        other = [slot.seeds.get(line.minus, 0) for slot in slots]
        found = [min(pair) for pair in zip(found, other, strict=True)]
    known = [n for n in found if n] or [0]
    text = str(known[0]) if len(set(known)) == 1 else f"{min(known)}–{max(known)}"
    return Cell(text, min(known))


def marked(line: Line, slots: Sequence[Slot]) -> str:
    own = any(line.method in own_settings(slot.comparison.results) for slot in slots)
    return f"{line.label}{MARK if own else ''}"


def numbers(slots: Sequence[Slot], lines: Sequence[Line], papers: Sequence[Beside]) -> pd.DataFrame:
    """Unrounded, one row a line and column."""
    return pd.DataFrame(
        [
            {
                **slot.comparison.key,
                "row": line.label,
                "method": line.method,
                "minus": line.minus or None,
                "metric": slot.metric,
                "value": value_cell(slot, line).value,
                "published": published(slot, paper, line).value,
            }
            for line in lines
            for slot, paper in zip(slots, papers, strict=True)
        ]
    )


def line_of(method: str) -> Line:
    return Line(method_label(method), method)
