"""`python -m transfer.sweep SUITE.yaml`: what a suite searches, what it costs, what came of it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from transfer.suite import Suite, read_suite
from transfer.suite.budget import budget
from transfer.suite.cells import chosen_file, run_folder, search_folders
from transfer.suite.sweeps import Sweep
from transfer.sweep import files
from transfer.sweep.search import DIVERGED, FAILED, FINISHED


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 where the suite cannot be read or searches nothing."""
    options = parser().parse_args(arguments)
    console, errors = Console(width=None if sys.stdout.isatty() else 140), Console(stderr=True)
    try:
        content = yaml.safe_load(options.suite.read_text())
        suite = read_suite({**content, **dict(options.config)}, only_plan=True)
    except (OSError, ValueError) as error:
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return 2
    if not suite.sweeps:
        errors.print(f"suite {escape(suite.name)} declares no sweep", soft_wrap=True)
        return 2
    console.print(*map(escape, budget(suite)), sep="\n", soft_wrap=True, highlight=False)
    if options.retry:
        for file in forget_failed(suite):
            console.print(f"to be tried again: {escape(str(file.parent))}", soft_wrap=True)
    for sweep in suite.sweeps.values():
        console.print(grid(suite, sweep))
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m transfer.sweep",
        description="The searches a suite declares: their budget, and the state of every point. "
        "The runs themselves are started by snakemake.",
    )
    found.add_argument("suite", type=Path, metavar="SUITE.yaml", help="the --configfile")
    found.add_argument(
        "--config",
        nargs="+",
        type=pair,
        default=[],
        metavar="KEY=VALUE",
        help="as given to snakemake, such as root=DIR",
    )
    found.add_argument(
        "--retry",
        action="store_true",
        help="let runs that failed, not those that diverged, be tried again by the next snakemake",
    )
    return found


def pair(text: str) -> tuple[str, Any]:
    key, found, value = text.partition("=")
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, yaml.safe_load(value)


def grid(suite: Suite, sweep: Sweep) -> Table:
    """Settings down the side, methods across; the chosen one is marked."""
    seeds = f", mean of seeds {', '.join(map(str, sweep.seeds))}" if len(sweep.seeds) > 1 else ""
    found = Table(title=escape(f"{sweep.task}: {sweep.select}{seeds}"), title_justify="left")
    found.add_column("point")
    for column in (*sweep.keys, *suite.methods):
        found.add_column(escape(column), justify="right")
    for number, settings in enumerate(sweep.points, 1):
        values = [escape(json.dumps(value)) for value in settings.values()]
        states = [escape(state(suite, sweep, method, number)) for method in suite.methods]
        found.add_row(str(number), *values, *states)
    return found


def state(suite: Suite, sweep: Sweep, method: str, point: int) -> str:
    """The mean, what else became of the runs, and `*` on what was chosen; a dash for no run yet."""
    folders = [Path(run_folder(suite, sweep.task, method, point, seed)) for seed in sweep.seeds]
    runs = [files.read(file) for f in folders if (file := f / "tried.json").is_file()]
    scores = [run["score"] for run in runs if run["status"] == FINISHED]
    words = [f"{sum(scores) / len(scores):.2f}"] if scores else []
    for status in (DIVERGED, FAILED):
        if some := [run for run in runs if run["status"] == status]:
            reason = f" ({some[0]['error']})" if status == FAILED else ""
            words.append(f"{status}{f' {len(some)}×' if len(runs) > 1 else ''}{reason}")
    if missing := len(folders) - len(runs):
        words.append(f"{missing} to run" if runs else "–")
    chosen = Path(chosen_file(suite, sweep.task, method))
    if chosen.is_file() and files.read(chosen)["chosen"]["point"] == point:
        words.append("*")
    return " ".join(words)


def forget_failed(suite: Suite) -> list[Path]:
    """Remove the outcomes of runs that failed; returns what was removed."""
    outcomes = [
        Path(folder) / "tried.json"
        for task in suite.sweeps
        for method in suite.methods
        for folder in search_folders(suite, task, method)
    ]
    failed = [f for f in outcomes if f.is_file() and files.read(f)["status"] == FAILED]
    for file in failed:
        file.unlink()
    return failed


if __name__ == "__main__":
    sys.exit(main())
