"""Everything one report says, worked out once: `formats/` show it."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reports.assess import Options, assess
from reports.certainty import certainty
from reports.comparisons import Comparison, comparisons
from reports.evidence import Evidence
from reports.figures.classes import class_figures
from reports.figures.cost import cost_figures
from reports.figures.curves import curve_figures, pretraining_figures
from reports.figures.drawing import Figure
from reports.figures.forest import forest_figures
from reports.figures.object_sizes import object_size_figures
from reports.figures.pictures import Picture, last_pictures
from reports.figures.scores import score_figures
from reports.findings import finding, lead, opening
from reports.frame import curves_frame, results_frame
from reports.question import question, rivals
from reports.records.record import Record
from reports.records.scan import Failure, LeftOut, Scan, scan
from reports.resampled import Progress
from reports.tables.differences import difference_table
from reports.tables.pretraining import duration, pretraining_table
from reports.tables.results import detail_table, result_table
from reports.tables.table import Table
from reports.tables.tried import tried_table
from reports.views import View, views
from reports.vocabulary import PRETRAIN, method_styles


@dataclass(frozen=True)
class Section:
    """One comparison: its tables, its figures, and its finding unless the page opens with it."""

    finding: str
    table: Table
    differences: Table | None
    details: Table
    tried: Table | None  # by the search, where the settings are its choice
    certainty: tuple[str, ...]
    scores: tuple[Figure, ...]
    parts: tuple[Figure, ...]  # scores taken apart: by category, by size, by cost
    curves: tuple[Figure, ...]


@dataclass(frozen=True)
class Report:
    title: str
    lead: tuple[str, ...]
    question: tuple[str, ...]  # do pixel or token targets transfer better?
    sections: tuple[Section, ...]
    views: tuple[View, ...]
    pretraining: Table | None
    pretraining_curves: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    left_out: tuple[LeftOut, ...]
    failures: tuple[Failure, ...]
    provenance: tuple[tuple[str, str], ...]
    colours: dict[str, str]
    records: tuple[Record, ...]
    runs: str  # path from the output folder to the scanned one; empty where not known
    results: pd.DataFrame
    curves: pd.DataFrame

    @property
    def tables(self) -> tuple[Table, ...]:
        main = [
            table
            for section in self.sections
            for table in (section.table, section.differences, section.details, section.tried)
            if table
        ]
        main += [view.table for view in self.views]
        return (*main, self.pretraining) if self.pretraining else tuple(main)

    @property
    def figures(self) -> tuple[Figure, ...]:
        drawn = [figure for s in self.sections for figure in (*s.scores, *s.parts, *s.curves)]
        drawn += [figure for view in self.views for figure in view.figures]
        return (*drawn, *self.pretraining_curves)


class NoRecordsError(ValueError):
    """There is nothing to report; the message names the folder and what was left out."""


def build(
    root: Path,
    *,
    out: Path | None = None,
    draw: bool = True,
    options: Options | None = None,
    progress: Progress = lambda path: None,
) -> Report:
    """Read a folder of runs.

    Args:
        out: where the report will lie: its page can then link to the runs.
        draw: whether to make figures; some formats have none.
        progress: told the path of each run before it is resampled.
    """
    read = scan(root)
    if not read.records:
        raise NoRecordsError(no_records(root, read))
    results, curves = results_frame(read.records), curves_frame(read.records)
    groups = comparisons(results, curves)
    by_path = {record.path: record for record in read.records}
    found = [(group, assess(group, by_path, options, progress)) for group in groups]
    first = opening(groups)
    pictures, missing = last_pictures(read.records) if draw else ([], [])
    suites = sorted({record.suite for record in read.records} - {""})
    runs = results.loc[results["kind"] == PRETRAIN, "path"].nunique()
    return Report(
        title=f"Transfer report: {', '.join(suites)}" if suites else "Transfer report",
        lead=lead([pair for pair in found if pair[0] in first], runs),
        question=question(found),
        sections=tuple(
            section(group, said, read.records, results, opens=group in first, draw=draw)
            for group, said in found
        ),
        views=tuple(views(found, draw=draw)),
        pretraining=pretraining_table(results),
        pretraining_curves=tuple(pretraining_figures(curves)) if draw else (),
        pictures=tuple(pictures),
        left_out=(*read.left_out, *missing),
        failures=read.failures,
        provenance=tuple(provenance(read.records)),
        colours={m: style.colour for m, style in method_styles(results["method"]).items()},
        records=read.records,
        runs="" if out is None else path_between(out, root),
        results=results,
        curves=curves,
    )


def section(
    group: Comparison,
    said: Evidence,
    records: tuple[Record, ...],
    results: pd.DataFrame,
    *,
    opens: bool,
    draw: bool,
) -> Section:
    parts = (
        (
            *class_figures(group, said),
            *object_size_figures(group, said),
            *cost_figures(group, said, results),
        )
        if draw
        else ()
    )
    return Section(
        finding="" if opens else finding(group, said),
        table=result_table(group, said),
        differences=difference_table(group, said),
        details=detail_table(group),
        tried=tried_table(group, records),
        certainty=certainty(group, said),
        scores=(*score_figures(group, said), *forest_figures(group, said, pairs=rivals(group)))
        if draw
        else (),
        parts=parts,
        curves=tuple(curve_figures(group)) if draw else (),
    )


def path_between(start: Path, end: Path) -> str:
    """As a link in a file of the folder `start` has it; empty between two drives of Windows."""
    try:
        return Path(os.path.relpath(end.resolve(), start.resolve())).as_posix()
    except ValueError:
        return ""


def no_records(root: Path, found: Scan) -> str:
    lines = [f"no usable result.json under {root}: give the folder of a suite's runs"]
    runs = f"{found.searching} run{'s' if found.searching > 1 else ''} of a search"
    lines += [f"{runs}, and none yet with the settings it chose"] if found.searching else []
    lines += [f"left out {item.path}: {item.reason}" for item in found.left_out]
    lines += [f"failed {item.path}: {item.error}: {item.message}" for item in found.failures]
    return "\n  ".join(lines)


def provenance(records: tuple[Record, ...]) -> list[tuple[str, str]]:
    """Where the numbers come from: commits, devices, versions; each with its number of runs."""
    versions = (", ".join(f"{k} {v}" for k, v in record.versions.items()) for record in records)
    seconds = sum(record.wall_seconds or 0 for record in records)
    facts = [
        ("runs", str(len(records))),
        ("commit", counted(record.commit for record in records)),
        ("device", counted(record.device for record in records)),
        ("versions", counted(versions)),
    ]
    return [*facts, ("total time", duration(seconds))] if seconds else facts


def counted(values: Iterable[str]) -> str:
    """ "a1b2c3d" for one value, "a1b2c3d (12 runs); unknown (1 run)" for several."""
    count = Counter(value or "unknown" for value in values)
    if len(count) == 1:
        return next(iter(count))
    ordered = sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))
    return "; ".join(f"{value} ({n} run{'s' if n > 1 else ''})" for value, n in ordered)
