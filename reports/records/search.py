"""How a record's settings were found: fixed in advance, or the best of a declared search.

A record with a `sweep` block is either one run of a search (`role: search`), which is no result, or
a run with the settings a search chose (`role: chosen`), which carries all that was tried.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from reports.records.fields import integer, number, section, shown, text
from reports.settings import as_text, from_options, in_words
from reports.vocabulary import metric_label

ROLES = ("search", "chosen")
FINISHED, DIVERGED, FAILED = "finished", "diverged", "failed"


@dataclass(frozen=True)
class Run:
    """One run of a search. `error` names what ended it, if it did not finish."""

    point: int
    seed: int
    status: str
    score: float | None
    seconds: float | None
    error: str


@dataclass(frozen=True)
class Search:
    """`points` are the settings as `settings.as_text` writes them; numbers start at 1."""

    points: tuple[str, ...]
    seeds: tuple[int, ...]
    select: str
    options: str  # of search runs alone, such as a shorter schedule
    held_out: tuple[str, ...]  # what moved the choice to other data than the reported
    runs: tuple[Run, ...]
    chosen: int
    unit: str

    @property
    def declared_sha256(self) -> str:
        """The same for every method that was given the same search."""
        declared = [self.points, self.seeds, self.select, self.options, self.held_out]
        return hashlib.sha256(json.dumps(declared).encode()).hexdigest()

    @property
    def budget(self) -> str:
        """ "best of 6 settings by box AP on the reported images, 1 run each"."""
        where = "held-out data" if self.held_out else "the reported images"
        each = len(self.seeds)
        apart = f" ({in_words(self.options)})" if self.options else ""
        return (
            f"best of {len(self.points)} settings by {metric_label(self.select)} on {where}, "
            f"{each} run{'s' if each > 1 else ''} each{apart}"
        )

    @property
    def unsettled(self) -> str:
        """What keeps the search from being complete; empty where every run has an outcome.

        That a setting makes training diverge is an outcome; that a disk was full is none.
        """
        expected = len(self.points) * len(self.seeds)
        failed = [run for run in self.runs if run.status == FAILED]
        words = [f"point {run.point} seed {run.seed} failed ({run.error})" for run in failed]
        if len(self.runs) < expected:
            words.append(f"only {len(self.runs)} of {expected} runs were made")
        return "; ".join(words)


def parse_role(content: dict[str, Any]) -> str:
    """Empty for a fixed protocol."""
    block = section(content, "sweep")
    if not block:
        return ""
    role = text(block, "role", "sweep")
    if role not in ROLES:
        raise ValueError(f"sweep.role is {role!r}, expected one of {', '.join(ROLES)}")
    return role


def parse_search(content: dict[str, Any]) -> Search | None:
    """The search behind a chosen run; None for any other.

    Raises:
        ValueError: where what ran is not what was chosen, or was not declared.
    """
    if parse_role(content) != "chosen":
        return None
    block = section(content, "sweep")
    declared = section(block, "declared", "sweep", required=True)
    chosen = section(block, "chosen", "sweep", required=True)
    points = items(declared, "points", "sweep.declared", dict)
    number_chosen = integer(chosen, "point", "sweep.chosen", required=True) or 0
    if not 1 <= number_chosen <= len(points):
        raise ValueError(
            f"sweep.chosen.point is {number_chosen}, the search has {len(points)} points"
        )
    settings = points[number_chosen - 1]
    ran = section(section(content, "protocol"), "tuned", "protocol")
    if any(key not in ran or ran[key] != value for key, value in settings.items()):
        raise ValueError(
            f"sweep.chosen is point {number_chosen}, {as_text(settings)}, but the run had "
            f"{as_text(ran)} (protocol.tuned)"
        )
    return Search(
        points=tuple(map(as_text, points)),
        seeds=tuple(items(declared, "seeds", "sweep.declared", int)),
        select=text(declared, "select", "sweep.declared"),
        options=parse_options(declared),
        held_out=tuple(items(declared, "select_data_options", "sweep.declared", str)),
        runs=tuple(parse_run(run) for run in items(block, "tried", "sweep", dict)),
        chosen=number_chosen,
        unit=text(block, "unit", "sweep", default=""),
    )


def parse_options(declared: dict[str, Any]) -> str:
    found = items(declared, "search_options", "sweep.declared", str)
    try:
        return from_options(" ".join(found))
    except ValueError as error:
        raise ValueError(
            f"sweep.declared.search_options is {shown(found)}, expected KEY=VALUE each"
        ) from error


def parse_run(found: dict[str, Any]) -> Run:
    where = "sweep.tried"
    status = text(found, "status", where)
    if status not in (FINISHED, DIVERGED, FAILED):
        raise ValueError(f"{where}.status is {status!r}, expected finished, diverged or failed")
    return Run(
        point=integer(found, "point", where, required=True) or 0,
        seed=integer(found, "seed", where, required=True) or 0,
        status=status,
        score=number(found, "score", where),
        seconds=number(found, "seconds", where),
        error=text(found, "error", where, default=""),
    )


def items(parent: dict[str, Any], key: str, where: str, kind: type) -> list[Any]:
    found = parent.get(key)
    if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
        raise ValueError(f"{where}.{key} is {shown(found)}, expected a list of {kind.__name__}")
    return found
