"""Folders of pictures: every picture below one, and one folder a class where labels are wanted."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from backbones.pictures.source import UnreadablePictureError, evenly

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".tif", ".tiff")


class FolderSource:
    """Every picture below `root`; the folder right below it is the class where labels are wanted.

    Raises:
        FileNotFoundError: where `root` is no folder or holds no picture.
        ValueError: for a class that `classes`, where it is not the folder's own list, lacks.
    """

    def __init__(self, root: Path, *, labelled: bool, classes: tuple[str, ...] | None) -> None:
        self.root = root
        self.paths = find_pictures(root)
        own = class_names(root) if labelled and classes is None else ()
        self.classes: tuple[str, ...] = (classes or own) if labelled else ()
        self.labels = labels_of(self.paths, self.classes, root) if labelled else None

    @property
    def contents(self) -> list[str]:
        return self.paths

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, index: int) -> bytes:
        try:
            return (self.root / self.paths[index]).read_bytes()
        except OSError as error:
            raise UnreadablePictureError(str(error)) from error

    def name(self, index: int) -> str:
        return self.paths[index]

    def where(self, index: int) -> str:
        return str(self.root / self.paths[index])

    def size(self, index: int) -> int:
        return (self.root / self.paths[index]).stat().st_size

    def near(self, index: int) -> range:
        return range(len(self))

    def few(self, number: int) -> list[int]:
        return evenly(len(self), number)

    def expect(self, indices: Sequence[int]) -> None:
        pass

    def keep(self, indices: Sequence[int]) -> None:
        self.paths = [self.paths[index] for index in indices]
        if self.labels is not None:
            self.labels = [self.labels[index] for index in indices]


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


def labels_of(paths: Sequence[str], classes: Sequence[str], root: Path) -> list[int]:
    """Each picture's class as its place in `classes`.

    Raises:
        ValueError: for folders that are no class, naming them.
    """
    folders = [Path(path).parts[0] for path in paths]
    check_known(folders, classes, root)
    known = {name: label for label, name in enumerate(classes)}
    return [known[folder] for folder in folders]


def check_known(found: Iterable[str], classes: Collection[str], root: Path) -> None:
    """Raises ValueError for classes found at `root` that are not in the list, naming them."""
    if unknown := sorted(set(found) - set(classes)):
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise ValueError(
            f"{root} has folders that are none of the {len(classes)} classes: "
            f"{', '.join(unknown[:5])}{more}; the class list is that of the training folders"
        )
