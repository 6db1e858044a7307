"""Folders of pictures: every picture below one, and one folder a class where labels are wanted."""

import os
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".tif", ".tiff")


def find_pictures(root: Path) -> list[str]:
    """Paths below `root`, relative and sorted, links followed, hidden files left out.

    Raises:
        FileNotFoundError: where there is no such folder, or no picture in it.
    """
    check_pictures(root)
    return sorted(path.relative_to(root).as_posix() for path in walk_pictures(root))


def check_pictures(root: Path) -> None:
    """Stops at the first picture found, so it is cheap on a large folder.

    Raises:
        FileNotFoundError: where there is no such folder, or no picture in it.
    """
    remedy = "set it with --cfg-options data_root=FOLDER"
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of pictures at {root}; {remedy}")
    if next(walk_pictures(root), None) is None:
        kinds = " ".join(SUFFIXES)
        raise FileNotFoundError(f"no pictures ({kinds}) in or below {root}; {remedy}")


def walk_pictures(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root, followlinks=True):
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(folder, name)


def class_names(root: Path) -> tuple[str, ...]:
    """The folders right below `root` that hold pictures, sorted: the classes.

    Raises:
        FileNotFoundError: where there are no pictures at all.
        ValueError: where a picture lies outside of any folder.
    """
    check_pictures(root)
    for path in sorted(root.iterdir()):
        if path.is_file() and path.name.lower().endswith(SUFFIXES):
            raise ValueError(
                f"labels need one folder a class below {root}, but {path.name} lies directly in it"
            )
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    return tuple(path.name for path in folders if next(walk_pictures(path), None))
