"""A folder behind HTTP, that notes what is asked, breaks connections and takes its time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(SimpleHTTPRequestHandler):
    """Ranges, and on request a connection that breaks after so many bytes, once a path."""

    def do_GET(self) -> None:
        server: FileServer = self.server  # type: ignore[assignment]
        server.asked.append(self.path)
        path = Path(self.directory, self.path.lstrip("/"))
        if not path.is_file():
            self.send_error(404)
            return
        if codes := server.errors.get(self.path):
            self.send_error(codes.pop(0))
            return
        if path.suffix == ".tar":
            time.sleep(server.delay)
        data, start = path.read_bytes(), 0
        if server.ranges and (asked := self.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        cut = server.breaks.pop(self.path, None)
        self.wfile.write(data[start:cut])

    def log_message(self, *_: object) -> None:
        pass


class FileServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.breaks: dict[str, int] = {}
        self.errors: dict[str, list[int]] = {}  # sent first, one a request
        self.ranges = True
        self.delay = 0.0  # seconds before a shard is sent

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def shards(self) -> list[str]:
        """Those that were asked for, in order."""
        return [path for path in self.asked if path.endswith(".tar")]


@contextmanager
def serving(folder: Path) -> Iterator[FileServer]:
    server = FileServer(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
