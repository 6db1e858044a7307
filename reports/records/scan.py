"""Find every result record under a folder; name what cannot be used, and never stop for it.

`result.json` is written in one rename when a run ends, `failure.json` when it dies. Records may
have been copied here from other machines: nothing but the files themselves is trusted.
"""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from reports.records.outcome import FAILURE, RESULT, Failure, LeftOut
from reports.records.reading import read_all
from reports.records.record import Record

NAMED = 3  # other paths in the complaint about a contradiction


@dataclass(frozen=True)
class Scan:
    records: tuple[Record, ...]
    left_out: tuple[LeftOut, ...]
    failures: tuple[Failure, ...]
    searching: int = 0  # runs of a search: no results, what chose among them carries their scores


def scan(root: Path, *, processes: int | None = None) -> Scan:
    """Everything under `root`, in an order that does not depend on the file system."""
    check_folder(root)
    left_out: list[LeftOut] = []
    read = read_all(root, files_named(root, {RESULT, FAILURE}, left_out), processes=processes)
    found = [item for item in read if isinstance(item, Record)]
    records, duplicates = without_duplicates([r for r in found if r.role != "search"])
    left_out += [item for item in read if isinstance(item, LeftOut)]
    return Scan(
        records=tuple(records),
        left_out=tuple(sorted([*left_out, *duplicates], key=lambda item: item.path)),
        failures=tuple(item for item in read if isinstance(item, Failure)),
        searching=sum(record.role == "search" for record in found),
    )


def check_folder(root: Path) -> None:
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise ValueError(f"{root} {what}, expected the folder of a suite's runs, such as runs/demo")


def files_named(root: Path, names: set[str], left_out: list[LeftOut]) -> list[str]:
    """Relative to `root`, sorted."""

    def unreadable(error: OSError) -> None:
        path = Path(error.filename).relative_to(root).as_posix()
        left_out.append(LeftOut(path, f"folder cannot be read: {error.strerror}"))

    files: list[str] = []
    for folder, _, present in os.walk(root, onerror=unreadable):
        if found := names.intersection(present):
            below = Path(folder).relative_to(root)
            files += [(below / name).as_posix() for name in found]
    return sorted(files)


def without_duplicates(found: list[Record]) -> tuple[list[Record], list[LeftOut]]:
    """A copy is dropped in favour of the first path; contradicting copies are all dropped.

    Choosing between two different results of one cell would be choosing the result.
    """
    by_cell: dict[tuple[object, ...], list[Record]] = defaultdict(list)
    for record in found:
        by_cell[record.cell].append(record)
    kept: list[Record] = []
    left_out: list[LeftOut] = []
    for same in by_cell.values():
        first, *others = same
        if all(same_run(other, first) for other in others):
            kept.append(first)
            left_out += [LeftOut(other.path, f"duplicate of {first.path}") for other in others]
            continue
        settings = {(r.tuned, r.chosen) for r in same}
        what = "settings of their own" if len(settings) > 1 else "numbers"
        for record in same:
            rest = named([other.path for other in same[: NAMED + 2] if other is not record], same)
            reason = f"same cell as {rest}, with different {what}; keep one of them"
            left_out.append(LeftOut(record.path, reason))
    return sorted(kept, key=lambda record: record.path), left_out


def named(paths: list[str], same: list[Record]) -> str:
    """The first few of the others; thousands of copies would else fill a page each."""
    more = len(same) - 1 - NAMED
    return ", ".join(paths[:NAMED]) + (f" and {more} more" if more > 0 else "")


def same_run(one: Record, other: Record) -> bool:
    return (one.metrics, one.tuned, one.chosen) == (other.metrics, other.tuned, other.chosen)
