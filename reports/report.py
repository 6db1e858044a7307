"""Everything one report says, worked out once: `formats/` show it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reports.assess import Options, assess
from reports.comparisons import comparisons
from reports.evidence import Evidence
from reports.figures.curves import curve_figures, pretraining_figures
from reports.figures.drawing import Figure
from reports.figures.pictures import Picture, last_pictures
from reports.figures.scores import score_figures
from reports.findings import finding, lead, opening
from reports.frame import curves_frame, results_frame
from reports.records.record import Record
from reports.records.scan import Failure, LeftOut, Scan, scan
from reports.resampled import Progress
from reports.tables.differences import difference_table
from reports.tables.pretraining import duration, pretraining_table
from reports.tables.results import detail_table, result_table
from reports.tables.table import Table
from reports.tables.tried import tried_table
from reports.tables.views import views
from reports.vocabulary import PRETRAIN, method_styles


@dataclass(frozen=True)
class Section:
    """One comparison: its tables, its figures, and its finding unless the page opens with it."""

    finding: str
    table: Table
    details: Table
    differences: Table | None
    evidence: Evidence
    tried: Table | None  # by the search, where the settings are its choice
    scores: tuple[Figure, ...]
    curves: tuple[Figure, ...]


@dataclass(frozen=True)
class Report:
    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    views: tuple[Table, ...]
    pretraining: Table | None
    pretraining_curves: tuple[Figure, ...]
    pictures: tuple[Picture, ...]
    left_out: tuple[LeftOut, ...]
    failures: tuple[Failure, ...]
    provenance: tuple[tuple[str, str], ...]
    colours: dict[str, str]
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
        return (*main, *self.views, *([self.pretraining] if self.pretraining else []))

    @property
    def figures(self) -> tuple[Figure, ...]:
        drawn = [figure for s in self.sections for figure in (*s.scores, *s.curves)]
        return (*drawn, *self.pretraining_curves)


class NoRecordsError(ValueError):
    """There is nothing to report; the message names the folder and what was left out."""


def build(
    root: Path,
    *,
    draw: bool = True,
    options: Options | None = None,
    progress: Progress = lambda path: None,
) -> Report:
    """Read a folder of runs. `draw=False` skips the figures, for formats that have none."""
    found = scan(root)
    if not found.records:
        raise NoRecordsError(no_records(root, found))
    results, curves = results_frame(found.records), curves_frame(found.records)
    groups = comparisons(results, curves)
    by_path = {record.path: record for record in found.records}
    evidence = [assess(group, by_path, options, progress) for group in groups]
    first = opening(groups)
    pictures, missing = last_pictures(found.records) if draw else ([], [])
    suites = sorted({record.suite for record in found.records} - {""})
    return Report(
        title=f"Transfer report: {', '.join(suites)}" if suites else "Transfer report",
        lead=lead(first, results.loc[results["kind"] == PRETRAIN, "path"].nunique()),
        sections=tuple(
            Section(
                finding="" if group in first else finding(group),
                table=result_table(group, said),
                differences=difference_table(group, said),
                evidence=said,
                details=detail_table(group),
                tried=tried_table(group, found.records),
                scores=tuple(score_figures(group)) if draw else (),
                curves=tuple(curve_figures(group)) if draw else (),
            )
            for group, said in zip(groups, evidence, strict=True)
        ),
        views=tuple(views(list(zip(groups, evidence, strict=True)))),
        pretraining=pretraining_table(results),
        pretraining_curves=tuple(pretraining_figures(curves)) if draw else (),
        pictures=tuple(pictures),
        left_out=(*found.left_out, *missing),
        failures=found.failures,
        provenance=tuple(provenance(found.records)),
        colours={m: style.colour for m, style in method_styles(results["method"]).items()},
        results=results,
        curves=curves,
    )


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
