"""Every run under a folder and its state; with a suite, also those that are not there.

done: a record that can be read, and no later failure. failed: a reason was left, or a record that
cannot be read. running, stopped: a log without either, written to lately or not (killed: whoever is
killed leaves no reason). missing: of the suite, and no trace of it.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from reports.listing.unfinished import (
    Reached,
    last_written,
    newest_log,
    reached,
    started_runs,
)
from reports.records.load import read_object
from reports.records.metrics import Metric
from reports.records.outcome import FAILURE, RESULT, Failure, LeftOut, Outcome
from reports.records.reading import read_all
from reports.records.record import Record
from reports.records.scan import check_folder, files_named
from reports.suite import Suite
from reports.vocabulary import METHODS, METRICS, PRETRAIN, TASKS, headline_metrics, in_order

STATES = ("done", "running", "stopped", "failed", "missing")
DONE, RUNNING, STOPPED, FAILED, MISSING = STATES
LISTED = (PRETRAIN, *TASKS)
TRIED = "tried.json"  # what came of a search run, whatever it was
SEARCH = re.compile(r"(^|/)sweep/[^/]+/[^/]+/point-\d+/seed\d+$")
CELL = re.compile(r"(?:^|/)(?P<task>[^/]+)/(?P<method>[^/]+)/seed(?P<seed>\d+)$")
TRAINING = re.compile(rf"(?:^|/){PRETRAIN}/(?P<method>[^/]+)$")


@dataclass(frozen=True)
class Cell:
    """`path` is the run's folder, relative to the listed one. A stray run may have no names."""

    state: str
    path: str
    suite: str = ""
    task: str = ""
    method: str = ""
    seed: int | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)  # the headline ones
    limited: bool = False
    reason: str = ""
    idle_seconds: float | None = None  # since an unfinished run wrote
    reached: Reached = field(default_factory=Reached)
    log: str = ""  # where to look, relative like `path`


@dataclass(frozen=True)
class Listing:
    cells: tuple[Cell, ...]
    searched: Counter[str]  # runs of searches by their state

    @property
    def counts(self) -> Counter[str]:
        return Counter(cell.state for cell in self.cells)


def list_cells(
    root: Path, suite: Suite | None, *, idle_seconds: float, now: float | None = None
) -> Listing:
    """Cells in the tables' order. ValueError where `root` is no folder."""
    check_folder(root)
    now = time.time() if now is None else now
    left = files_by_folder(root)
    searched: Counter[str] = Counter()
    found: list[Cell] = []
    for path in sorted({*left, *started_runs(root)}):
        files = left.get(path, {})
        if is_search(path, files.get(RESULT)):
            searched[search_state(root / path, files, now - idle_seconds)] += 1
        elif files.keys() != {TRIED}:
            found.append(cell_of(root, path, files, now=now, idle_seconds=idle_seconds))
    if suite:
        found += list(absent(root, suite, found, now=now, idle_seconds=idle_seconds))
    return Listing(tuple(sorted_cells(with_suites(found))), searched)


def files_by_folder(root: Path) -> dict[str, dict[str, Outcome | None]]:
    """Folder to what its `result.json`, `failure.json` say; `tried.json` is only there."""
    unreadable: list[LeftOut] = []
    paths = files_named(root, {RESULT, FAILURE, TRIED}, unreadable)
    told = [path for path in paths if not path.endswith(TRIED)]
    outcomes = dict(zip(told, read_all(root, told), strict=True))
    found: dict[str, dict[str, Outcome | None]] = defaultdict(dict)
    for path in paths:
        place = PurePosixPath(path)
        found[place.parent.as_posix()][place.name] = outcomes.get(path)
    for item in unreadable:
        found[item.path][RESULT] = item
    return found


def is_search(path: str, result: Outcome | None) -> bool:
    return SEARCH.search(path) is not None or (
        isinstance(result, Record) and result.role == "search"
    )


def search_state(folder: Path, files: Mapping[str, Outcome | None], idle_since: float) -> str:
    """A search run's outcome, finished or not, is kept in `tried.json`."""
    if isinstance(files.get(RESULT), Record):
        return DONE
    if TRIED in files:
        try:
            return str(read_object(folder / TRIED).get("status") or FAILED)
        except ValueError:
            return FAILED
    if files:
        return FAILED
    return RUNNING if last_written(folder) > idle_since else STOPPED


def cell_of(
    root: Path,
    path: str,
    files: Mapping[str, Outcome | None],
    *,
    now: float,
    idle_seconds: float,
) -> Cell:
    result, failure = files.get(RESULT), files.get(FAILURE)
    cell = named_by(result, path)
    if result is None and failure is None:
        return unfinished(cell, root, now=now, idle_seconds=idle_seconds)
    if isinstance(result, Record) and not is_later(failure, result):
        return replace(cell, state=DONE, metrics=headline(result), limited=result.limited)
    cell = replace(cell, state=FAILED, reason=reason_of(failure or result))
    return replace(cell, log=log_of(root / path, root))


def named_by(result: Outcome | None, path: str) -> Cell:
    """What the record says the run is, or else what its folder is called."""
    if isinstance(result, Record):
        return Cell("", path, result.suite, result.task, result.method, result.seed)
    if cell := CELL.search(path):
        return Cell("", path, "", cell["task"], cell["method"], int(cell["seed"]))
    if training := TRAINING.search(path):
        return Cell("", path, "", PRETRAIN, training["method"])
    return Cell("", path)


def is_later(failure: Outcome | None, result: Record) -> bool:
    """By what both say; files are given another time where they are copied."""
    if not isinstance(failure, Failure):
        return False  # none, or one that does not say what happened to a run that has its record
    try:
        return datetime.fromisoformat(failure.when) > datetime.fromisoformat(result.finished)
    except (ValueError, TypeError):  # no time, or only one of them says its zone
        times = [(result.folder / name).stat().st_mtime for name in (FAILURE, RESULT)]
        return times[0] > times[1]


def reason_of(told: Outcome | None) -> str:
    if isinstance(told, Failure):
        return f"{told.error}: {told.message}" if told.message else told.error
    return f"{PurePosixPath(told.path).name}: {told.reason}" if isinstance(told, LeftOut) else ""


def headline(record: Record) -> dict[str, Metric]:
    """What the task's main table shows; one score of a task that is not known."""
    names = [*(headline_metrics(record.task, ()) if record.task in TASKS else ())]
    shown = [name for name in names if name in record.metrics]
    return {name: record.metrics[name] for name in shown or in_order(record.metrics, METRICS)[:1]}


def unfinished(cell: Cell, root: Path, *, now: float, idle_seconds: float) -> Cell:
    folder = root / cell.path
    idle = max(0.0, now - last_written(folder))  # clocks of two machines differ
    return replace(
        cell,
        state=RUNNING if idle < idle_seconds else STOPPED,
        idle_seconds=idle,
        reached=reached(folder),
        log=log_of(folder, root),
    )


def log_of(folder: Path, root: Path) -> str:
    log = newest_log(folder)
    return log.relative_to(root).as_posix() if log else ""


def absent(
    root: Path, suite: Suite, found: list[Cell], *, now: float, idle_seconds: float
) -> Iterator[Cell]:
    """What the suite names and nothing above stands for; one that has just begun has only a log."""
    base = suite.folder_in(root)
    below = PurePosixPath(base.resolve().relative_to(root.resolve()).as_posix())
    paths = {cell.path for cell in found}
    done = {(c.suite, c.task, c.method, c.seed) for c in found if c.state == DONE}
    for run in suite.runs:
        path = (below / run.folder).as_posix()
        if path in paths or (suite.name, run.task, run.method, run.seed) in done:
            continue
        cell = Cell(MISSING, path, suite.name, run.task, run.method, run.seed)
        log = base / run.log
        if not log.is_file():
            yield cell
            continue
        idle = max(0.0, now - log.stat().st_mtime)
        state = RUNNING if idle < idle_seconds else STOPPED
        yield replace(cell, state=state, idle_seconds=idle, log=(below / run.log).as_posix())


def with_suites(found: list[Cell]) -> list[Cell]:
    """A run without a record is of the suite that its neighbours' records name, if that is one."""
    suites: dict[str, set[str]] = defaultdict(set)
    for cell in found:
        suites[suite_folder(cell)] |= {cell.suite} - {""}
    near = {folder: names.pop() for folder, names in suites.items() if len(names) == 1}
    return [
        cell if cell.suite else replace(cell, suite=near.get(suite_folder(cell), ""))
        for cell in found
    ]


def suite_folder(cell: Cell) -> str:
    match = CELL.search(cell.path) or TRAINING.search(cell.path)
    return cell.path[: match.start()] if match else cell.path


def sorted_cells(found: list[Cell]) -> list[Cell]:
    tasks = {task: i for i, task in enumerate(in_order((c.task for c in found), LISTED))}
    methods = {method: i for i, method in enumerate(in_order((c.method for c in found), METHODS))}
    return sorted(
        found,
        key=lambda c: (c.suite, tasks[c.task], methods[c.method], c.seed or 0, c.path),
    )
