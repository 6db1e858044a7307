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
    accumulation, or saves by iterations instead of epochs, counts anew. Only files younger than
    that note come before it: the run was killed before it could name them. Equals go by number.
    """
    found = {
        path: int(match[1])
        for path in work_dir.glob("*.pth")
        if (match := re.fullmatch(r"(?:epoch|iter)_(\d+)\.pth", path.name))
    }
    note = work_dir / "last_checkpoint"
    if not note.is_file():
        return sorted(found, key=found.__getitem__, reverse=True)
    last, named_at = Path(note.read_text().strip()).name, note.stat().st_mtime_ns
    return sorted(
        found,
        key=lambda path: (path.stat().st_mtime_ns > named_at, path.name == last, found[path]),
        reverse=True,
    )


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
