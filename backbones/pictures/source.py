"""Where the bytes of pictures come from: what `Pictures` asks of a folder or of shards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class UnreadablePictureError(Exception):
    """Of one picture that is broken or gone; the data beside it is as it should be."""


class Source(Protocol):
    """`labels` are places in `classes`, or None where no labels were asked for."""

    root: Path
    classes: tuple[str, ...]

    @property
    def labels(self) -> Sequence[int] | None: ...

    @property
    def paths(self) -> Sequence[str]:
        """Below the root; none where they are known only by reading."""

    @property
    def contents(self) -> Sequence[str]:
        """Lines that tell this data from other data, for its fingerprint."""

    def __len__(self) -> int: ...

    def read(self, index: int) -> bytes:
        """The file of a picture.

        Raises:
            UnreadablePictureError: where another picture may take its place.
        """

    def name(self, index: int) -> str:
        """What a log calls the picture: its path below the root."""

    def near(self, index: int) -> range:
        """Pictures that are as cheap to read next, the same for all of them."""

    def keep(self, indices: Sequence[int]) -> None:
        """Only these pictures from now on.

        Raises:
            ValueError: where the source is read as a whole only.
        """
