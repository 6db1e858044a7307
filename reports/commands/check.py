"""`python -m reports check RUNS --against published`: are our numbers those of the papers?"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from reports.bands import ABOVE, BELOW, INSIDE
from reports.checks import NOTHING, Check, check_all
from reports.comparisons import comparisons
from reports.frame import curves_frame, results_frame
from reports.published import read_published
from reports.records.scan import scan
from reports.tables.beside import source_lines
from reports.vocabulary import method_label, metric_label

PUBLISHED = "published"
COLOURS = {INSIDE: "green", ABOVE: "red", BELOW: "red"}


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    errors = Console(stderr=True)
    try:
        among = None if options.against == PUBLISHED else read_published(Path(options.against))
        found = scan(options.runs)
    except ValueError as error:
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return 2
    groups = comparisons(results_frame(found.records), curves_frame([]))
    checks = check_all(groups, among)
    FORMATS[options.format](checks)
    if found.left_out:
        left = (
            f"{len(found.left_out):,} left out, python -m reports {options.runs} --out DIR says why"
        )
        errors.print(f"[yellow]{escape(left)}[/yellow]", soft_wrap=True)
    if not any(check.band for check in checks):
        errors.print(
            f"[red]nothing could be compared:[/red] {escape(reasons(checks))}", soft_wrap=True
        )
        return 2
    return int(any(check.verdict in (ABOVE, BELOW) for check in checks))


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports check",
        description="The mean over seeds of every finished cell against the published number for "
        "its protocol, method, size and metric, within the tolerance known for it.",
        epilog="The band reaches from the lowest to the highest published number, and the "
        "tolerance further on both sides. Above the band is outside too: a number that is too good "
        "usually comes of another protocol. Nothing is compared with runs on part of the data, "
        "with a changed or searched protocol, or where no tolerance is known. Exit code 0 if every "
        "compared number is inside, 1 if one is outside, 2 if nothing could be compared.",
    )
    found.add_argument("runs", type=Path, metavar="RUNS", help="folder of runs, such as runs/paper")
    found.add_argument(
        "--against",
        default=PUBLISHED,
        metavar="WHAT",
        help=f"{PUBLISHED} (default), or a CSV file with the columns of reports/published.csv",
    )
    found.add_argument("--format", choices=FORMATS, default="table", help="default: table")
    return found


def as_table(checks: Sequence[Check]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    compared = [check for check in checks if check.band]
    for title in dict.fromkeys(check.table for check in compared):
        of_one = [check for check in compared if check.table == title]
        console.print(grid(title, of_one))
        for line in [*published_lines(of_one), *tolerance_lines(of_one)]:
            console.print(f"  {escape(line)}", style="dim", highlight=False)
        console.print()
    for line in nothing_lines(checks) if compared else ():  # else said as the error
        console.print(f"{NOTHING}: {escape(line)}", highlight=False, soft_wrap=True)
    console.print(counted(checks), highlight=False)


def grid(title: str, checks: Sequence[Check]) -> Grid:
    found = Grid(title=escape(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("method", "metric", "ours", "n", "published", "band", ""):
        left = name in ("method", "metric", "")
        found.add_column(name, justify="left" if left else "right", no_wrap=name == "method")
    for check in checks:
        found.add_row(
            escape(method_label(check.method)),
            escape(metric_label(check.metric)),
            f"{check.ours.mean:.2f}",
            str(check.ours.n),
            " ".join(dict.fromkeys(row.value for row in check.published)),
            f"{check.band.low:.2f} … {check.band.high:.2f}" if check.band else "",
            f"[{COLOURS[check.verdict]}]{check.verdict}[/]",
        )
    return found


def tolerance_lines(checks: Sequence[Check]) -> list[str]:
    """Each tolerance once, with what it was taken from."""
    used = dict.fromkeys(check.tolerance for check in checks if check.tolerance)
    return [
        f"± {row.value:g} {metric_label(row.metric)} for {row.protocols}: {row.why}. {row.source}."
        for row in used
    ]


def published_lines(checks: Sequence[Check]) -> list[str]:
    rows = {(check.method, check.metric): list(check.published) for check in checks}
    return [f"Published, {line}" for line in source_lines(rows)]


def nothing_lines(checks: Sequence[Check]) -> list[str]:
    """One line a table and reason, with the methods it holds for."""
    methods: dict[tuple[str, str], dict[str, None]] = {}
    for check in checks:
        if not check.band:
            methods.setdefault((check.table, check.why), {})[method_label(check.method)] = None
    return [
        f"{table}: {', '.join(found)}: {why.rstrip('.')}."
        for (table, why), found in methods.items()
    ]


def reasons(checks: Sequence[Check]) -> str:
    if not checks:
        return "there is no finished transfer run"
    return "".join(f"\n  {line}" for line in nothing_lines(checks))


def counted(checks: Sequence[Check]) -> str:
    """ "5 inside, 1 above the band, 2 nothing to compare with"."""
    counts = Counter(check.verdict for check in checks)
    verdicts = [verdict for verdict in (INSIDE, ABOVE, BELOW, NOTHING) if counts[verdict]]
    return ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in verdicts)


def as_json(checks: Sequence[Check]) -> None:
    content = {
        "checks": [plain(check) for check in checks],
        "counts": dict(Counter(check.verdict for check in checks)),
    }
    sys.stdout.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def plain(check: Check) -> dict[str, Any]:
    names = ("table", "protocol", "arch", "method", "metric", "verdict", "why")
    return {
        **{name: getattr(check, name) for name in names},
        "ours": check.ours.mean,
        "sd": check.ours.sd,
        "n": check.ours.n,
        "published": [
            {"value": float(row.value), "source": row.source, "note": row.note}
            for row in check.published
        ],
        "tolerance": vars(check.tolerance) if check.tolerance else None,
        "band": vars(check.band) if check.band else None,
    }


FORMATS: dict[str, Callable[[Sequence[Check]], None]] = {"table": as_table, "json": as_json}


if __name__ == "__main__":
    sys.exit(main())
