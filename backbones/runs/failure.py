"""Why a run died, in a file beside where its record would have been."""

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from mmengine.dist import is_main_process

from backbones.runs.files import write_json

SCHEMA = 1  # of failure.json


def note_failures(folder: Path) -> None:
    """From here on, dying of an exception leaves `folder/failure.json`; an older one is removed.

    Of every process: it may be any one's. The traceback is printed as always.
    """

    def last_words(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        sys.__excepthook__(kind, error, trace)
        write_failure(folder, error)

    if is_main_process():
        (folder / "failure.json").unlink(missing_ok=True)
    sys.excepthook = last_words


def write_failure(folder: Path, error: BaseException) -> None:
    """`failure.json` for this error; where not even that can be written, says so."""
    failure = {
        "schema": SCHEMA,
        "error": type(error).__name__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error))[-8000:],
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        write_json(folder / "failure.json", failure)
    except OSError as full:  # the disk may be what failed
        print(f"could not write {folder / 'failure.json'}: {full}", file=sys.stderr)
