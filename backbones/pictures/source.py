"""Where the bytes of pictures come from: what `Pictures` asks of a folder or of shards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch


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
        """Below the folder that holds, or held, the pictures, sorted."""

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
        """What records and logs call the picture: its entry of `paths`."""

    def where(self, index: int) -> str:
        """Where a person finds the picture."""

    def size(self, index: int) -> int:
        """Bytes of its file."""

    def near(self, index: int) -> Sequence[int]:
        """Pictures that are as cheap to read next, the same for all of them."""

    def few(self, number: int) -> list[int]:
        """At most `number` pictures that stand for all, cheap to read, always the same."""

    def keep(self, indices: Sequence[int]) -> None:
        """Only these pictures from now on."""

    def expect(self, indices: Sequence[int]) -> None:
        """These are read soon: a source that is far away may fetch them meanwhile."""


def evenly(total: int, number: int) -> list[int]:
    """At most `number` of the indices below `total`, evenly spread from the first to the last."""
    return torch.linspace(0, total - 1, min(number, total)).long().tolist()
