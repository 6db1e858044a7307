"""A folder that appears whole: written beside its place under another name, then renamed.

`toy.json` in it says what was written. A process that was killed leaves its half behind; the next
one removes that, unless its writer still lives (it holds a lock, which the system takes back).
"""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARK = "toy.json"
LOCK = ".being-written"
PARTS = {"coco", "ade20k", "imagenet", MARK}


def holds(out: Path) -> dict[str, Any] | None:
    """What `toy.json` says is in `out`; None where there is nothing.

    Raises:
        ValueError: where `out` holds anything that was not written here.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    found = out / MARK
    mark = json.loads(found.read_text()) if found.is_file() else None
    if not isinstance(mark, dict) or "version" not in mark:
        raise ValueError(f"{out} exists and is no toy data set; name another folder or remove it")
    return mark


@contextmanager
def written_whole(out: Path, mark: dict[str, Any]) -> Iterator[Path]:
    """A new folder to write to; it takes the place of `out`, which is gone, empty or toy scenes.

    Raises:
        ValueError: where `out` holds anything beside toy scenes.
    """
    older = holds(out) is not None
    if older and (others := {path.name for path in out.iterdir()} - {*PARTS, LOCK}):
        raise ValueError(
            f"{out} is not replaced: it also holds {', '.join(sorted(others))}; move that first"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = _beside(out)
    try:
        with (folder / LOCK).open("w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)  # worker processes do not inherit this kind
            yield folder
            (folder / MARK).write_text(json.dumps(mark, indent=1) + "\n")
            folder.chmod(0o755)
            old = _beside(out)
            if older:
                out.replace(old)
            folder.replace(out)  # onto nothing or an empty folder
            (out / LOCK).unlink()
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale(out: Path) -> None:
    """Remove what killed writers of `out` left beside it, and nothing else."""
    if not out.parent.is_dir():
        return
    for folder in out.parent.iterdir():
        if not folder.name.startswith(_prefix(out)) or folder.is_symlink() or not folder.is_dir():
            continue
        names = {path.name for path in folder.iterdir()}  # none: its writer is about to lock it
        if names and names <= {*PARTS, LOCK} and not _alive(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(folder: Path) -> bool:
    try:
        with (folder / LOCK).open("r+") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:  # another process holds the lock
        return True
    return False


def _prefix(out: Path) -> str:
    return f".{out.name}.partial-"


def _beside(out: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.parent))
