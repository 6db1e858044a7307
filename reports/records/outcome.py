"""What one file under a folder of runs says: a record, a failure, or that it cannot be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.records.load import read_object
from reports.records.record import Record, read_record

RESULT, FAILURE = "result.json", "failure.json"


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


Outcome = Record | Failure | LeftOut


def read_outcomes(root: Path, paths: Sequence[str]) -> list[Outcome]:
    return [read_outcome(root, path) for path in paths]


def read_outcome(root: Path, path: str) -> Outcome:
    """`path` is relative to `root`; nothing in the file makes this raise."""
    file = root / path
    try:
        return read_record(file, root=root) if file.name == RESULT else read_failure(file, path)
    except ValueError as error:
        return LeftOut(path, str(error))


def read_failure(file: Path, path: str) -> Failure:
    try:
        content = read_object(file)
    except ValueError as error:
        raise ValueError(f"a run failed here, but its failure.json is broken: {error}") from error
    return Failure(
        path=path,
        error=str(content.get("error") or "unknown error"),
        message=str(content.get("message") or ""),
        when=str(content.get("when") or ""),
    )
