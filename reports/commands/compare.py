"""`python -m reports compare A B`: which of two is ahead, by how much, and how sure that is."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from reports.assess import Options, assess
from reports.cells import digits, interval_cell, p_cell
from reports.commands.resampling import add_resampling
from reports.comparisons import IN_WORDS, KEY, Comparison, comparisons, short
from reports.evidence import Difference, Evidence
from reports.frame import curves_frame, results_frame
from reports.records.record import Record
from reports.records.scan import scan
from reports.summary import facts, over_seeds
from reports.vocabulary import headline_metrics, method_label, metric_label

SIDES = ("A", "B")
UNCOUNTED = {
    "images": ", the spread between runs not counted",
    "seeds": ", the choice of images not counted",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0: compared; 1: nothing of the two can be compared; 2: bad input."""
    options = parser().parse_args(arguments)
    console, errors = Console(), Console(stderr=True)
    try:
        return compare(options, console, errors)
    except ValueError as error:
        errors.print(f"[red]error:[/red] {escape(str(error))}", soft_wrap=True)
        return 2


def compare(options: argparse.Namespace, console: Console, errors: Console) -> int:
    sides = [read(folder) for folder in (options.a, options.b)]
    if {record.path for record in sides[0]} & {record.path for record in sides[1]}:
        raise ValueError("A and B are the same run")
    named = [
        [replace(record, suite="", method=name) for record in side]
        for side, name in zip(sides, names(sides), strict=True)
    ]
    records = {record.path: record for side in named for record in side}
    results = results_frame(list(records.values()))
    found = comparisons(results, curves_frame([]))
    both = [group for group in found if group.results["method"].nunique() == 2]
    if not both:
        errors.print(f"[red]not comparable:[/red] {escape(why_not(found))}", soft_wrap=True)
        return 1
    for group in both:
        evidence = assess(group, records, Options(options.resamples, options.seed))
        for sentence in sentences(group, evidence, names(sides)):
            console.print(escape(sentence), soft_wrap=True, highlight=False)
        for note in evidence.notes:
            errors.print(escape(note), style="dim", soft_wrap=True)
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports compare",
        description="Compare two runs, or two folders with the seeds of one method each, on the "
        "images that both were scored on.",
        epilog="A sentence for each task and headline metric: the difference A − B with its 95 % "
        "interval, p corrected by Holm over the metrics. Exit code 1 where protocol, data or the "
        "number of images differ.",
    )
    found.add_argument("a", type=Path, metavar="A", help="a run's folder, or one above its seeds")
    found.add_argument("b", type=Path, metavar="B", help="the other")
    add_resampling(found)
    return found


def read(folder: Path) -> list[Record]:
    """The transfer records of one method below a folder; ValueError where there is not just one."""
    found = scan(folder)
    records = [record for record in found.records if record.kind == "transfer"]
    if not records:
        reasons = [f"{item.path}: {item.reason}" for item in found.left_out]
        reasons += [f"{item.path}: {item.error}: {item.message}" for item in found.failures]
        raise ValueError("\n  ".join([f"no usable result.json under {folder}", *reasons]))
    methods = sorted({record.method for record in records})
    if len(methods) > 1:
        raise ValueError(
            f"{folder} holds several methods ({', '.join(methods)}), give the folder of one"
        )
    prefix = folder.resolve().as_posix()
    return [replace(record, path=f"{prefix}/{record.path}") for record in records]


def names(sides: Sequence[Sequence[Record]]) -> list[str]:
    """The methods; the folders' letters beside them where both are one method."""
    methods = [side[0].method for side in sides]
    if methods[0] != methods[1]:
        return methods
    return [f"{method} ({letter})" for method, letter in zip(methods, SIDES, strict=True)]


def why_not(found: Sequence[Comparison]) -> str:
    """What keeps the two apart, task by task."""
    reasons = [
        f"{IN_WORDS[name]} {short(one.key, name)} and {short(other.key, name)}"
        for one, other in combinations(found, 2)
        if one.task == other.task
        for name in KEY
        if one.key[name] != other.key[name]
    ]
    if not reasons:
        tasks = ", ".join(sorted({group.task for group in found}))
        return f"the two have no task in common ({tasks})"
    return f"they differ in {'; '.join(dict.fromkeys(reasons))}"


def sentences(group: Comparison, evidence: Evidence, methods: Sequence[str]) -> list[str]:
    return [
        sentence(group, metric, evidence.between(metric, *methods), methods)
        for metric in headline_metrics(group.task, group.results["metric"])
        if metric in set(group.results["metric"])
    ]


def sentence(
    group: Comparison, metric: str, found: Difference | None, methods: Sequence[str]
) -> str:
    stats = over_seeds(group.results)
    places = digits(facts(group.results, "unit")[metric])
    first, second = (stats[method, metric] for method in methods)
    a, b = map(method_label, methods)
    gap = first.mean - second.mean
    side = "above" if gap > 0 else "below"
    head = (
        f"On {group.title}, {a} is {abs(gap):.{places}f} {metric_label(metric)} {side} {b} "
        f"({first.mean:.{places}f} against {second.mean:.{places}f}"
    )
    if found is None:
        return f"{head}); not tested, so nothing says if it is chance."
    verdict = "more than chance" if found.significant else "within chance"
    a_seeds, b_seeds = found.seeds
    seeds = f"{a_seeds} and {b_seeds} seeds"
    if a_seeds == b_seeds:
        seeds = f"{a_seeds} seeds each" if a_seeds > 1 else "one seed each"
    images = f", {found.images:,} images" if found.images else ""
    return (
        f"{head}; 95 % interval of the difference {interval_cell(found.interval, places)} over "
        f"{found.interval.over}; p {p_cell(found.p_holm)}; {seeds}{images}): {verdict}"
        + UNCOUNTED.get(found.interval.over, "")
        + f". Detectable here: {found.detectable:.{places}f}."
    )


if __name__ == "__main__":
    sys.exit(main())
