"""Find every result record under a folder; name what cannot be used, and never stop for it.

`result.json` is written in one rename when a run ends, `failure.json` when it dies. Records may
have been copied here from other machines: nothing but the files themselves is trusted.
"""

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from reports.records.record import Record, read_record


@dataclass(frozen=True)
class LeftOut:
    """A file that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Failure:
    """A run that died, in its own words."""

    path: str
    error: str
    message: str
    when: str


@dataclass(frozen=True)
class Scan:
    records: tuple[Record, ...]
    left_out: tuple[LeftOut, ...]
    failures: tuple[Failure, ...]
    searching: int = 0  # runs of a search: no results, what chose among them carries their scores


def scan(root: Path) -> Scan:
    """Everything under `root`, in an order that does not depend on the file system."""
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise ValueError(f"{root} {what}, expected the folder of a suite's runs, such as runs/demo")
    found: list[Record] = []
    left_out: list[LeftOut] = []
    failures: list[Failure] = []
    for file in files_named(root, {"result.json", "failure.json"}, left_out):
        try:
            if file.name == "result.json":
                found.append(read_record(file, root=root))
            else:
                failures.append(read_failure(file, root=root))
        except ValueError as error:
            left_out.append(LeftOut(file.relative_to(root).as_posix(), str(error)))
    records, duplicates = without_duplicates([r for r in found if r.role != "search"])
    return Scan(
        records=tuple(records),
        left_out=tuple(sorted([*left_out, *duplicates], key=lambda item: item.path)),
        failures=tuple(failures),
        searching=sum(record.role == "search" for record in found),
    )


def files_named(root: Path, names: set[str], left_out: list[LeftOut]) -> list[Path]:
    def unreadable(error: OSError) -> None:
        path = Path(error.filename).relative_to(root).as_posix()
        left_out.append(LeftOut(path, f"folder cannot be read: {error.strerror}"))

    files = [
        Path(folder) / name
        for folder, _, present in os.walk(root, onerror=unreadable)
        for name in names.intersection(present)
    ]
    return sorted(files, key=lambda file: file.relative_to(root).as_posix())


def read_failure(file: Path, *, root: Path) -> Failure:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"a run failed here, but its failure.json is broken: {error}") from error
    if not isinstance(content, dict):
        raise ValueError("a run failed here, but its failure.json is not a JSON object")
    return Failure(
        path=file.relative_to(root).as_posix(),
        error=str(content.get("error") or "unknown error"),
        message=str(content.get("message") or ""),
        when=str(content.get("when") or ""),
    )


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
        for record in same:
            rest = ", ".join(other.path for other in same if other is not record)
            settings = {(r.tuned, r.chosen) for r in same}
            what = "settings of their own" if len(settings) > 1 else "numbers"
            reason = f"same cell as {rest}, with different {what}; keep one of them"
            left_out.append(LeftOut(record.path, reason))
    return sorted(kept, key=lambda record: record.path), left_out


def same_run(one: Record, other: Record) -> bool:
    return (one.metrics, one.tuned, one.chosen) == (other.metrics, other.tuned, other.chosen)
