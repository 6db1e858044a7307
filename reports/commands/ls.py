"""`python -m reports ls RUNS`: what is done, running, stopped, failed or missing."""

import argparse
import csv
import io
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from reports.cells import digits
from reports.listing.cells import (
    DONE,
    FAILED,
    MISSING,
    RUNNING,
    STATES,
    STOPPED,
    Cell,
    Listing,
    list_cells,
)
from reports.suite import read_suite
from reports.vocabulary import metric_label

COLOURS = {DONE: "green", RUNNING: "cyan", STOPPED: "yellow", FAILED: "red", MISSING: "yellow"}
UNSETTLED = (STOPPED, FAILED, MISSING)  # nobody works on them
COLUMNS = (
    *("state", "suite", "task", "method", "seed", "metric", "value", "unit", "limited"),
    *("reason", "idle_seconds", "iteration", "iterations", "epoch", "epochs", "path", "log"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    errors = Console(stderr=True)
    try:
        suite = read_suite(options.suite) if options.suite else None
        listing = list_cells(options.runs, suite, idle_seconds=60 * options.idle_minutes)
        if not listing.cells and not listing.searched:
            raise ValueError(f"no run under {options.runs}: give the folder of a suite's runs")
    except ValueError as error:
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return 2
    FORMATS[options.format](listing)
    return int(any(listing.counts[state] for state in UNSETTLED))


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports ls",
        description="Every run below RUNS: done, with its score; running or stopped, with how far "
        "it is; failed, with the reason; missing from a suite.",
        epilog="Exit code 0 if every run is done or running, 1 if one is stopped, failed or "
        "missing, 2 if there is nothing to list.",
    )
    found.add_argument("runs", type=Path, metavar="RUNS", help="folder of runs, such as runs/demo")
    found.add_argument(
        "--suite", type=Path, metavar="YAML", help="also list what this suite names and RUNS lacks"
    )
    found.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    found.add_argument(
        "--idle-minutes",
        type=minutes,
        default=10.0,
        metavar="N",
        help="a run that wrote nothing for so long is stopped, not running (default: 10)",
    )
    return found


def minutes(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 <= found < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number of minutes")
    return found


def as_table(listing: Listing) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False)
    several = len({cell.suite for cell in listing.cells}) > 1
    for name in ("state", *(["suite"] if several else []), "task", "method", "seed", ""):
        grid.add_column(name, justify="right" if name == "seed" else "left", no_wrap=name != "")
    for cell in listing.cells:
        names = [cell.task, cell.method or cell.path, "" if cell.seed is None else str(cell.seed)]
        names = [cell.suite, *names] if several else names
        state = f"[{COLOURS[cell.state]}]{cell.state}[/]"
        grid.add_row(state, *map(escape, names), escape(what(cell)))
    if listing.cells:
        console.print(grid)
    if listing.searched:
        console.print(f"runs of a search, not listed: {counted(listing.searched)}")
    console.print(counted(listing.counts) or "0 done", highlight=False)


def what(cell: Cell) -> str:
    """What there is to say about a cell in its state."""
    if cell.state == DONE:
        scores = (
            f"{metric_label(name)} {metric.value:.{digits(metric.unit)}f}"
            for name, metric in cell.metrics.items()
        )
        return ", ".join([*scores, *(["limited data"] if cell.limited else [])])
    if cell.state == MISSING:
        return cell.path
    if cell.state == FAILED:
        return ". ".join(filter(None, [cell.reason, cell.log]))
    wrote = f"last wrote {ago(cell.idle_seconds or 0)} ago"
    see = cell.log if cell.state == STOPPED else ""
    return ", ".join(filter(None, [cell.reached.words, wrote, see]))


def ago(seconds: float) -> str:
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def counted(counts: Counter[str]) -> str:
    """ "12 done, 1 running, 2 failed"; other states after the known ones."""
    states = [*STATES, *sorted(counts.keys() - set(STATES))]
    return ", ".join(f"{counts[state]:,} {state}" for state in states if counts[state])


def as_csv(listing: Listing) -> None:
    written = io.StringIO()
    lines = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    lines.writeheader()
    for cell in listing.cells:
        first = next(iter(cell.metrics), "")
        score = (
            {"metric": first, "value": cell.metrics[first].value, "unit": cell.metrics[first].unit}
            if first
            else {}
        )
        fields = {k: v for k, v in plain(cell).items() if k in COLUMNS}
        lines.writerow(fields | score)
    sys.stdout.write(written.getvalue())


def as_json(listing: Listing) -> None:
    content = {
        "cells": [plain(cell) for cell in listing.cells],
        "counts": dict(listing.counts),
        "searched": dict(listing.searched),
    }
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def plain(cell: Cell) -> dict[str, Any]:
    far = vars(cell.reached)
    metrics = {name: vars(metric) for name, metric in cell.metrics.items()}
    rest = {k: v for k, v in vars(cell).items() if k not in ("reached", "metrics")}
    return {**rest, "metrics": metrics, **far}


FORMATS: dict[str, Callable[[Listing], None]] = {
    "table": as_table,
    "csv": as_csv,
    "json": as_json,
}


if __name__ == "__main__":
    sys.exit(main())
