"""Reading thousands of files: in several processes where there are cores for it.

Nearly all the time goes into JSON, which threads cannot share. Results and their order are those of
one process reading one file after another.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain
from pathlib import Path

from reports.cores import cores
from reports.records.follow import follow
from reports.records.outcome import Outcome, read_outcomes

CHUNK = 50  # files that a process takes at a time
WORTH_IT = 1000  # files a process; one alone reads them in a second
MOST = 16  # processes; more only wait for the disk


def read_all(root: Path, paths: Sequence[str], *, processes: int | None = None) -> list[Outcome]:
    """In the order of `paths`, relative to `root`. `processes` is found out unless given."""
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    wanted = min(cores(), MOST, len(paths) // WORTH_IT) if processes is None else processes
    if wanted > 1:
        try:
            return gather(in_processes(root, chunks, wanted), len(paths))
        except (OSError, ImportError, NotImplementedError, BrokenProcessPool):
            pass  # a system without processes to be had, or one was killed: read them here
    return gather((read_outcomes(root, chunk) for chunk in chunks), len(paths))


def in_processes(
    root: Path, chunks: Sequence[Sequence[str]], processes: int
) -> Iterator[list[Outcome]]:
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(partial(read_outcomes, root), chunks)


def gather(read: Iterator[list[Outcome]], total: int) -> list[Outcome]:
    return list(chain.from_iterable(follow(read, total)))
