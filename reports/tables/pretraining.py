"""The pre-training runs: what each one minimised, for how long, and where its loss ended."""

from collections.abc import Callable

import pandas as pd

from reports.cells import GAP, digits
from reports.summary import facts
from reports.tables.table import Cell, Column, Row, Table
from reports.vocabulary import METHODS, METRICS, PRETRAIN, in_order, method_label, metric_label

CAPTION = (
    "One row a run. Losses of different targets are different quantities: they show how training "
    "went, not which encoder is better."
)


def pretraining_table(results: pd.DataFrame) -> Table | None:
    """Rows are runs (method × seed), not means: pre-training is rarely repeated."""
    runs = results[results["kind"] == PRETRAIN]
    if runs.empty:
        return None
    metrics = in_order(runs["metric"], METRICS)
    rank = {method: i for i, method in enumerate(in_order(runs["method"], METHODS))}
    groups = sorted(
        ((str(path), group) for path, group in runs.groupby("path")),
        key=lambda pair: (
            str(pair[1]["suite"].iloc[0]),
            rank[pair[1]["method"].iloc[0]],
            int(pair[1]["seed"].iloc[0]),
            pair[0],
        ),
    )
    columns = ["run", "suite", "target", "architecture", "epochs", "data", "images"]
    labels = [*columns, *map(metric_label, metrics), "images/s", "time"]
    written = [cells(run, metrics) for _, run in groups]
    silent = {"suite"} if len(set(runs["suite"])) == 1 else set()
    said = [  # columns that tell the reader something
        i
        for i, column in enumerate(zip(*written, strict=True))
        if {cell.text for cell in column} != {GAP} and labels[i] not in silent
    ]
    return Table(
        slug="pretraining",
        title="Pre-training",
        caption=CAPTION,
        notes=(),
        sources=(),
        columns=tuple(Column("", labels[i]) for i in said),
        rows=tuple(
            Row.of(str(run["method"].iloc[0]), *(line[i] for i in said))
            for (_, run), line in zip(groups, written, strict=True)
        ),
        numbers=runs.drop(columns=["kind", "task"]).reset_index(drop=True),
    )


def cells(run: pd.DataFrame, metrics: list[str]) -> tuple[Cell, ...]:
    first = run.iloc[0]
    values, units = dict(zip(run["metric"], run["value"], strict=True)), facts(run, "unit")
    paths = (str(first["path"]),)

    def measured(value: float | None, words: Callable[[float], str]) -> Cell:
        if value is None or pd.isna(value):
            return Cell(GAP)
        return Cell(words(float(value)), float(value), paths)

    def count(value: int) -> Cell:
        return Cell(GAP) if pd.isna(value) else Cell(f"{value:,}", int(value))

    return (
        Cell(f"{method_label(first['method'])}, seed {first['seed']}"),
        *(Cell(str(first[name] or GAP)) for name in ("suite", "target", "arch")),
        count(first["epochs"]),
        Cell(str(first["data"] or GAP)),
        count(first["n_train"]),
        *(measured(values.get(m), f"{{:.{digits(units.get(m))}f}}".format) for m in metrics),
        measured(first["images_per_second"], "{:,.0f}".format),
        measured(first["wall_seconds"], duration),
    )


def duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
