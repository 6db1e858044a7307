"""What a search tried: every setting with its score and its end, for each method of one table."""

import json
from collections import Counter
from collections.abc import Iterable
from statistics import fmean

import pandas as pd

from reports.cells import GAP, digits
from reports.comparisons import Comparison
from reports.records.record import Record
from reports.records.search import FAILED, Run, Search
from reports.settings import setting_label, short_number
from reports.tables.pretraining import duration
from reports.tables.table import Column, Row, Table
from reports.vocabulary import method_label, metric_label


def tried_table(comparison: Comparison, records: Iterable[Record]) -> Table | None:
    """One row a method × setting; None for a protocol that searches nothing."""
    paths = set(comparison.results["path"])
    searches: dict[str, Search] = {}
    for record in records:
        if record.path in paths and record.search:
            searches.setdefault(record.method, record.search)
    if not searches:
        return None
    first = next(iter(searches.values()))
    ordered = [method for method in comparison.methods if method in searches]
    labels = ["method", "point", *map(setting_label, json.loads(first.points[0]))]
    return Table(
        slug=f"{comparison.slug}-search",
        title=f"{comparison.title}: what the search tried",
        caption=(
            f"Each of {len(first.points)} settings with each of {len(first.seeds)} "
            f"seed{'s' if len(first.seeds) > 1 else ''}, for every method alike. Scores are means "
            "over the seeds that finished; only a setting whose every seed finished can be chosen, "
            "and of equal ones the first is. Time is that of all its runs, "
            "from start to score."
        ),
        notes=(),
        sources=(),
        columns=tuple(
            Column("", label) for label in [*labels, metric_label(first.select), "outcome", "time"]
        ),
        rows=tuple(
            Row.of(method, *cells(method, searches[method], point))
            for method in ordered
            for point in range(1, len(first.points) + 1)
        ),
        numbers=numbers(ordered, searches),
    )


def cells(method: str, search: Search, point: int) -> tuple[str, ...]:
    runs = [run for run in search.runs if run.point == point]
    scores = [run.score for run in runs if run.score is not None]
    seconds = [run.seconds for run in runs if run.seconds is not None]
    return (
        method_label(method),
        str(point),
        *map(short_number, json.loads(search.points[point - 1]).values()),
        f"{fmean(scores):.{digits(search.unit)}f}" if scores else GAP,
        "chosen" if point == search.chosen else end(runs, len(search.seeds)),
        duration(sum(seconds)) if seconds else GAP,
    )


def end(runs: list[Run], expected: int) -> str:
    """ "diverged"; "2 finished, 1 diverged" where the seeds ended differently."""
    words = Counter(
        f"{run.status} ({run.error})" if run.status == FAILED and run.error else run.status
        for run in runs
    )
    if expected > len(runs):
        words["not run"] = expected - len(runs)
    if len(words) == 1:
        return next(iter(words))
    return ", ".join(f"{count} {word}" for word, count in words.items())


def numbers(methods: list[str], searches: dict[str, Search]) -> pd.DataFrame:
    """One row a run, unrounded."""
    return pd.DataFrame(
        [
            {
                "method": method,
                "point": run.point,
                "settings": searches[method].points[run.point - 1],
                "seed": run.seed,
                "status": run.status,
                "metric": searches[method].select,
                "score": run.score,
                "seconds": run.seconds,
                "error": run.error or None,
                "chosen": run.point == searches[method].chosen,
            }
            for method in methods
            for run in searches[method].runs
        ]
    )
