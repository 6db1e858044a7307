"""Where to continue: the newest checkpoint that is whole.

A run killed while it writes leaves half a file. Checkpoints are zip archives, whose directory comes
last and whose members carry checksums, so half a file is recognised without unpickling anything.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path


def checkpoints(work_dir: Path) -> list[Path]:
    """The run's `epoch_N.pth` and `iter_N.pth`, newest first.

    The newest is the one that MMEngine's `last_checkpoint` names: a run that went on with another
    accumulation, or saves by iterations instead of epochs, counts anew. Before it come only those
    of its kind that count further and are younger than that note: the run was killed before it
    could name them. The others are by number.
    """
    found = {path: c for path in work_dir.glob("*.pth") if (c := count_of(path.name))}
    note = work_dir / "last_checkpoint"
    last = Path(note.read_text().strip()).name if note.is_file() else ""
    kind, number = count_of(last) or ("", 0)

    def unnamed(path: Path) -> bool:
        beyond = found[path][0] == kind and found[path][1] > number
        return beyond and path.stat().st_mtime_ns > note.stat().st_mtime_ns

    return sorted(
        found, key=lambda path: (unnamed(path), path.name == last, found[path][1]), reverse=True
    )


def count_of(name: str) -> tuple[str, int] | None:
    """('epoch', N) of `epoch_N.pth`, or ('iter', N); None for other files."""
    match = re.fullmatch(r"(epoch|iter)_(\d+)\.pth", name)
    return (match[1], int(match[2])) if match else None


def whole(path: Path) -> bool:
    """Whether the file was written to its end and every part matches its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False


def whole_ones(work_dir: Path) -> Iterator[Path]:
    """The checkpoints a run can continue from, newest first; warns for each broken one."""
    for path in checkpoints(work_dir):
        if whole(path):
            yield path
            continue
        warnings.warn(
            f"{path} is only half written (the run was killed meanwhile); trying the one before",
            stacklevel=3,
        )


def newest_whole(work_dir: Path) -> Path | None:
    """The checkpoint to continue from, None where there is none."""
    return next(whole_ones(work_dir), None)
