"""Files from a web or object store: whole, checked, kept for all processes of a machine.

Shards are fetched as a whole, since stores are slow per request and quick per byte. A file appears
in one rename, after its hash was found right; processes that want the same one wait for the first.
"""

import contextlib
import fcntl
import hashlib
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path

TRIES = 4
TIMEOUT = 60.0  # seconds without a byte
CHUNK = 1 << 20


def is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))


def default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vit-transfer-bench" / "shards"


def fetch_bytes(url: str) -> bytes:
    return b"".join(chunks(url))


def chunks(url: str) -> Iterator[bytes]:
    """The content in pieces; a connection that breaks is taken up where it broke."""
    received, wait = 0, 0.5
    for attempt in range(TRIES):
        try:
            with open_url(url, received) as response:
                length = int(response.headers.get("Content-Length", -1))
                whole = length + received if response.status == 206 else length
                if received and response.status != 206:
                    _skip(response, received)
                while chunk := response.read(CHUNK):
                    received += len(chunk)
                    yield chunk
            if received >= whole:
                return
            if attempt == TRIES - 1:
                raise ConnectionError(f"{url} broke off after {received} of {whole} bytes")
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == TRIES - 1:
                raise
        except (OSError, HTTPException):
            if attempt == TRIES - 1:
                raise
        time.sleep(wait)
        wait *= 2


def open_url(url: str, start: int) -> HTTPResponse:
    request = urllib.request.Request(url)
    if start:
        request.add_header("Range", f"bytes={start}-")
    response: HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    return response


def _skip(response: HTTPResponse, count: int) -> None:
    """Servers without ranges send everything again."""
    while count and (chunk := response.read(min(CHUNK, count))):
        count -= len(chunk)


class Cache:
    """A folder of fetched files, the least recently used of which make room for others."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def fetch(self, url: str, sha256: str) -> Path:
        """The file at `url`, which has this hash, on this machine.

        Raises:
            FileNotFoundError: where there is none.
            ValueError: where what arrived is something else.
            OSError: where the connection fails again and again.
        """
        path = self.folder / f"{sha256}.tar"
        if self.touch(path):
            return path
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / f".{sha256}.lock"):
            if not self.touch(path):  # another process was first
                self.download(url, sha256, path)
                self.make_room(path)
        return path

    def touch(self, path: Path) -> bool:
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def download(self, url: str, sha256: str, path: Path) -> None:
        part, digest, count = path.with_suffix(".part"), hashlib.sha256(), 0
        try:
            with part.open("wb") as file:
                for chunk in chunks(url):
                    file.write(chunk)
                    digest.update(chunk)
                    count += len(chunk)
            if digest.hexdigest() != sha256:
                raise ValueError(
                    f"{url} arrived with {count} bytes and sha256 {digest.hexdigest()[:12]}…, its "
                    f"index says {sha256[:12]}…; it is damaged or of another writing: upload "
                    "shards and index.json again, together"
                )
            part.replace(path)
        except urllib.error.HTTPError as error:
            raise FileNotFoundError(
                f"no shard at {url} ({error}); upload every shard that index.json lists"
            ) from error
        finally:
            part.unlink(missing_ok=True)

    def make_room(self, newest: Path) -> None:
        """Files that a process still reads stay readable to it after they are removed."""
        found = []
        for path in self.folder.glob("*.tar"):
            with contextlib.suppress(FileNotFoundError):  # another process made room
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self.most_bytes:
                return
            if path != newest:
                path.unlink(missing_ok=True)
                total -= size


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; a killed one gives the lock back."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
