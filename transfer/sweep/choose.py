"""Choose a method's settings among those tried: `chosen.json`, with all that was tried.

    python -m transfer.sweep.choose FOLDER --cell '{"suite": …}' --declared '{"points": …}'

The best mean over the search's seeds wins. A point counts only if every one of its seeds finished:
otherwise a setting that is good when it does not diverge would beat one that always works. Equal
means go to the point declared first, an order that no result had a say in.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

from transfer.suite.sweeps import run_name
from transfer.sweep import files
from transfer.sweep.search import FINISHED, SCHEMA

Tried = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """0: `chosen.json` is there; 1: nothing could be chosen, `failure.json` says why."""
    options = parser().parse_args(arguments)
    declared, failure = json.loads(options.declared), options.folder / "failure.json"
    try:
        tried = read_tried(options.folder, declared)
        chosen = choose(declared, tried, json.loads(options.cell))
    except (ValueError, FileNotFoundError) as error:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        reason = {"error": type(error).__name__, "message": str(error), "when": when}
        files.write(failure, {"schema": SCHEMA, **reason})
        print(error, file=sys.stderr)
        return 1
    failure.unlink(missing_ok=True)  # of an earlier attempt
    files.write(options.folder / "chosen.json", chosen)
    print(chosen["why"])
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m transfer.sweep.choose",
        description="Choose among the tried.json below FOLDER; the choice is FOLDER/chosen.json.",
    )
    found.add_argument("folder", type=Path, metavar="FOLDER", help="a method's search")
    found.add_argument("--cell", required=True, metavar="JSON", help="suite, task and method")
    found.add_argument("--declared", required=True, metavar="JSON", help="the declared search")
    return found


def read_tried(folder: Path, declared: dict[str, Any]) -> list[Tried]:
    """Every declared run's outcome, in declared order.

    Raises:
        FileNotFoundError: where one has not been tried.
        ValueError: where one was tried with other settings than are declared now.
    """
    found = []
    options = [*declared["search_options"], *declared["select_data_options"]]
    for number, settings in enumerate(declared["points"], 1):
        for seed in declared["seeds"]:
            file = folder / run_name(number, seed) / "tried.json"
            if not file.is_file():
                raise FileNotFoundError(f"{file} is missing: this run has no outcome yet")
            tried: Tried = files.read(file)
            wanted = {"settings": settings, "options": options, "select": declared["select"]}
            if changed := [key for key in wanted if tried[key] != wanted[key]]:
                raise ValueError(
                    f"{file} was tried with other {' and '.join(changed)} "
                    f"({', '.join(str(tried[key]) for key in changed)}) than the suite declares "
                    f"({', '.join(str(wanted[key]) for key in changed)}); delete it to try that"
                )
            found.append(tried)
    return found


def choose(declared: dict[str, Any], tried: list[Tried], cell: dict[str, Any]) -> dict[str, Any]:
    """The content of `chosen.json`.

    Raises:
        ValueError: where no point finished with every seed, saying what became of them.
    """
    means = mean_scores(declared, tried)
    if not means:
        raise ValueError(nothing_finished(declared, tried, cell))
    finished = [run for run in tried if run["status"] == FINISHED]
    sign = 1 if finished[0]["higher_is_better"] else -1
    ranked = sorted(means, key=lambda point: (-sign * means[point], point))
    best = ranked[0]
    return {
        "schema": SCHEMA,
        "kind": "sweep",
        "cell": cell,
        "declared": declared,
        "budget": len(tried),
        "finished": len(finished),
        "tried": [in_short(run) for run in tried],
        "chosen": {
            "point": best,
            "settings": declared["points"][best - 1],
            "score": means[best],
        },
        "why": why(declared, means, ranked, higher=sign > 0),
        "unit": finished[0]["unit"],
        "higher_is_better": finished[0]["higher_is_better"],
        "selected_on": finished[0]["selected_on"],
    }


def in_short(run: Tried) -> Tried:
    """Without what every run has alike; a reason in one line, in full beside the run."""
    kept = ("point", "seed", "status", "score", "seconds", "error")
    reason = {"message": first_line(run["message"])} if "message" in run else {}
    return {**{key: run[key] for key in kept if key in run}, **reason}


def mean_scores(declared: dict[str, Any], tried: list[Tried]) -> dict[int, float]:
    """Point to its mean over seeds, for those whose every seed finished."""
    scores: dict[int, list[float]] = {}
    for run in tried:
        if run["status"] == FINISHED:
            scores.setdefault(run["point"], []).append(run["score"])
    whole = len(declared["seeds"])
    return {point: fmean(found) for point, found in scores.items() if len(found) == whole}


def why(
    declared: dict[str, Any], means: dict[int, float], ranked: list[int], *, higher: bool
) -> str:
    best = ranked[0]
    seeds = ", ".join(map(str, declared["seeds"]))
    words = (
        f"point {best} has the {'highest' if higher else 'lowest'} {declared['select']}, "
        f"{means[best]:.4g} over seed{'s' if len(declared['seeds']) > 1 else ''} {seeds}"
    )
    tied = [str(point) for point in ranked[1:] if means[point] == means[best]]
    if tied:
        return f"{words}; point {', '.join(tied)} ties, and the one declared first is taken"
    if ranked[1:]:
        return f"{words}; next is point {ranked[1]} with {means[ranked[1]]:.4g}"
    return f"{words}; no other finished with every seed"


def nothing_finished(declared: dict[str, Any], tried: list[Tried], cell: dict[str, Any]) -> str:
    reasons = [
        f"point {run['point']} seed {run['seed']} {run['status']}"
        + (f" ({run['error']}: {first_line(run['message'])})" if "error" in run else "")
        for run in tried
    ]
    return (
        f"no setting of {cell['method']} on {cell['task']} finished with every seed, out of "
        f"{len(declared['points'])} tried: {'; '.join(reasons)}. Where the settings are to blame, "
        "widen the suite's sweep, for every method; where something else is, mend it and try those "
        "that failed again: python -m transfer.sweep SUITE.yaml --retry"
    )


def first_line(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return f"{line[:120]}…" if len(line) > 120 else line


if __name__ == "__main__":
    sys.exit(main())
