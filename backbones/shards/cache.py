"""Shards from a URL, checked and kept on this machine for all of its processes.

A file appears in one rename, after its hash was found right; processes that want the same one wait
for the first. Who has a shard open holds a lock on it, so that another one makes room. Locks go
with their process, however it ends.
"""

import contextlib
import fcntl
import hashlib
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from backbones.shards.remote import chunks


def default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vit-transfer-bench" / "shards"


def share_cache(train: dict[str, Any], val: dict[str, Any]) -> None:
    """Validation data, as configured, are kept where training data are, if nothing else is said."""
    for key in ("cache", "cache_bytes"):
        if key in train:
            val.setdefault(key, train[key])


@dataclass(frozen=True)
class Remote:
    """A shard where it comes from, and what it must be."""

    url: str
    sha256: str
    bytes: int


class Cache:
    """A folder of at most so many bytes, part-written files included.

    Shards that nobody has open make room, the least recently opened first. Only where that is not
    enough do others: who reads them goes on reading, but the next process fetches them again.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def open(self, shard: Remote) -> int:
        """A file descriptor to read the shard by, fetched now if need be.

        Raises:
            FileNotFoundError: where there is none.
            ValueError: where what arrived is something else.
            ConnectionError: where the connection fails again and again.
            OSError: where the folder cannot take it.
        """
        found = self._open(shard, ahead=False)
        assert found is not None, "only what is fetched ahead can be left out"
        return found

    def open_ahead(self, shard: Remote) -> int | None:
        """As `open`, but None where a shard that is in use would have to make room."""
        return self._open(shard, ahead=True)

    def _open(self, shard: Remote, *, ahead: bool) -> int | None:
        path = self.folder / f"{shard.sha256}.tar"
        with self.kept():
            if (found := opened(path)) is not None:
                return found
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / f".{shard.sha256}.lock").open("w")
        with locked(lock):
            if (found := opened(path)) is not None:  # another process was first
                return found
            part = path.with_suffix(".part")
            try:
                with self.kept():
                    part.unlink(missing_ok=True)  # of a killed process: the lock is ours
                    while not self.reserve(part, shard.bytes, ahead=ahead):
                        if ahead:
                            return None
                        self.wait_for_a_part()
                return self.download(shard, part, path)
            finally:
                part.unlink(missing_ok=True)

    def download(self, shard: Remote, part: Path, path: Path) -> int:
        digest, count = hashlib.sha256(), 0
        with part.open("r+b") as file:
            for chunk in chunks(shard.url):
                with self.kept():
                    file.write(chunk)
                digest.update(chunk)
                count += len(chunk)
            if digest.hexdigest() != shard.sha256:
                raise ValueError(
                    f"{shard.url} arrived with {count} bytes and sha256 "
                    f"{digest.hexdigest()[:12]}…, its index says {shard.sha256[:12]}…; it is "
                    "damaged or of another writing: upload shards and index.json again, together"
                )
        found = opened(part)  # before it appears, so that it never lies there unused
        assert found is not None, "only this process, which holds its lock, removes it"
        part.replace(path)
        return found

    def reserve(self, part: Path, size: int, *, ahead: bool) -> bool:
        """Make room for `part` and take it; False, and nothing done, where there is none now: what
        is fetched `ahead` leaves alone what is in use, and parts that arrive need their room.

        A shard that is larger than the folder may be goes in by itself.
        """
        with locked((self.folder / ".room.lock").open("w")):
            self.clear_up()
            arriving = sum(size for _, size, _ in self.sized("*.part"))
            held = sum(size for _, size, _ in self.sized("*.tar"))
            over = arriving + held + size - self.most_bytes
            if over > 0 and arriving and over > held:
                return False
            if over > 0 and not self.make_room(over, ahead=ahead):
                return False
            with part.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)  # a full disk shows before the transfer
        return True

    def make_room(self, over: int, *, ahead: bool) -> bool:
        free: list[tuple[int, int, Path]] = []
        used: list[tuple[int, int, Path]] = []
        for file in sorted(self.sized("*.tar")):
            (used if in_use(file[2]) else free).append(file)
        if ahead and over > sum(size for _, size, _ in free):
            return False
        for number, (_, size, path) in enumerate([*free, *used]):
            if over <= 0:
                break
            if number == len(free):
                warnings.warn(
                    f"{self.folder} may hold {self.most_bytes:,} bytes, less than the shards that "
                    "are read at once, which are fetched again and again; raise it with "
                    "--cfg-options train_dataloader.dataset.cache_bytes=N",
                    stacklevel=2,
                )
            path.unlink(missing_ok=True)
            over -= size
        return True

    def wait_for_a_part(self) -> None:
        """Until one of those that arrive has, or has failed to: it has all it needs but bytes."""
        for part in self.folder.glob("*.part"):
            with locked((self.folder / f".{part.stem}.lock").open("w")):
                return

    def sized(self, pattern: str) -> Iterator[tuple[int, int, Path]]:
        """When each such file was last opened (ns), its bytes and its path."""
        for path in self.folder.glob(pattern):
            with contextlib.suppress(FileNotFoundError):  # a whole part is renamed meanwhile
                state = path.stat()
                yield state.st_mtime_ns, state.st_size, path

    def clear_up(self) -> None:
        """Remove what killed processes left half written."""
        for part in self.folder.glob("*.part"):
            lock = (self.folder / f".{part.stem}.lock").open("w")
            with lock, contextlib.suppress(BlockingIOError):  # being written
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """The folder's errors, told from those of a connection."""
        try:
            yield
        except OSError as error:
            raise OSError(
                f"shards cannot be kept in {self.folder} ({error}); make room there, lower "
                "train_dataloader.dataset.cache_bytes, or choose another folder with --cfg-options "
                "train_dataloader.dataset.cache=FOLDER"
            ) from error


def opened(path: Path) -> int | None:
    """A descriptor that keeps the file from making room, while it is open; None without a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    now = time.time_ns()  # a file system's own clock may tick every few milliseconds only
    try:
        os.utime(descriptor, ns=(now, now))
    except PermissionError:  # another user's
        with contextlib.suppress(PermissionError):
            os.utime(descriptor)
    return descriptor


def in_use(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    return False


@contextlib.contextmanager
def locked(file: IO[str]) -> Iterator[None]:
    """One process at a time; a killed one gives the lock back."""
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
