"""A progress bar with the time left, for a reader who would otherwise wonder."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

PATIENCE = 2.0  # seconds without a word

Item = TypeVar("Item")


def follow(
    chunks: Iterable[list[Item]],
    total: int,
    *,
    console: Console | None = None,
    patience: float = PATIENCE,
) -> Iterator[list[Item]]:
    """The same chunks; on a terminal stderr tells how far they are, if it takes long."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield from chunks
        return
    columns = (TextColumn("reading records"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
    task = bar.add_task("", total=total)
    began, done = time.monotonic(), 0
    try:
        for chunk in chunks:
            done += len(chunk)
            bar.update(task, completed=done)
            if time.monotonic() - began > patience:
                bar.start()  # nothing, where it has been
            yield chunk
    finally:
        bar.stop()
