"""Files from a web or object store, whole: stores are slow per request and quick per byte."""

import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from time import sleep

TRIES = 7  # half a minute at least, in which a store that is asked too often recovers
AGAIN = (408, 425, 429)  # errors of a moment, beside the server's own
TIMEOUT = 60.0  # seconds without a byte
CHUNK = 1 << 20


def is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))


def fetch_bytes(url: str) -> bytes:
    return b"".join(chunks(url))


def chunks(url: str) -> Iterator[bytes]:
    """The content in pieces; a connection that breaks is taken up where it broke.

    Raises:
        FileNotFoundError: where there is no such file, or no right to it.
        ConnectionError: where the connection fails again and again.
    """
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
            failed: Exception = ConnectionError(f"broke off after {received} of {whole} bytes")
        except (OSError, HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError) and not passing(error.code):
                raise FileNotFoundError(
                    f"no {url} ({error}); upload it, or check address and access"
                ) from error
            failed = error
        if attempt < TRIES - 1:
            warnings.warn(f"{url}: {failed}; again in {wait:g} s", stacklevel=2)
            sleep(wait)
            wait *= 2
    raise ConnectionError(f"{url} cannot be fetched, {TRIES} times: {failed}") from failed


def passing(code: int) -> bool:
    """Whether an HTTP error may be gone the next time."""
    return code >= 500 or code in AGAIN


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
