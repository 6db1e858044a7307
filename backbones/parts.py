"""Commands that measure, each in a process of its own, until the time is up."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NO_MEMORY = "out of memory"
DOES_NOT_FIT = "does not fit into the memory"


class Parts:
    """Subcommands of `python -m module`: none inherits memory, each can be repeated by hand.

    `common` is appended to every command. What no longer fits into `minutes` is stopped or left
    out; `done` tells of every part how it ended.
    """

    def __init__(self, module: str, folder: Path, minutes: float, common: Sequence[str]) -> None:
        self.module, self.folder, self.common = module, folder, common
        self.deadline = time.monotonic() + 60 * minutes
        self.done: dict[str, dict[str, Any]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, name: str, *arguments: str) -> dict[str, Any] | None:
        """A subcommand's JSON; None where it failed or there was no time, which `done` tells."""
        left, out = self.deadline - time.monotonic(), self.folder / f"{name}.json"
        out.unlink(missing_ok=True)
        command = [*arguments, *self.common, "--out", str(out)]
        if left <= 0:
            self.done[name] = {"command": command, "state": "left out: no time"}
            return None
        start = time.monotonic()
        error = self.call(command, left)
        if NO_MEMORY in error.lower():
            error = DOES_NOT_FIT
        taken = time.monotonic() - start
        self.done[name] = {"command": command, "state": error or "done", "wall_seconds": taken}
        print(f"{taken:6.1f} s  {name}: {(error or 'done').strip().splitlines()[-1]}", flush=True)
        return None if error else json.loads(out.read_text())

    def call(self, command: Sequence[str], seconds: float) -> str:
        """Why the command failed; empty where it did not. A stopped one's own children stop too."""
        with subprocess.Popen(
            [sys.executable, "-m", self.module, *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as child:
            try:
                error = child.communicate(timeout=seconds)[1]
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                return "stopped: no time"
        if not child.returncode:
            return ""
        return error[-2000:].strip() or f"ended with exit code {child.returncode}, saying nothing"

    def say_what_is_missing(self, summary: Path) -> None:
        missing = [name for name, part in self.done.items() if part["state"] != "done"]
        if missing:
            print(f"not measured: {', '.join(missing)}; {summary} says why")
