"""Run one point of a search, and keep what came of it in `tried.json`, whatever it was.

    python -m transfer.sweep.search FOLDER --run '{"point": 1, "seed": 0, …}' -- mim train …

That a setting makes training diverge is a result of the search, and so is any other error the run
leaves its reason of. A run that was killed has no outcome: it fails here, and runs again next time.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transfer.sweep import files

SCHEMA = 1
FINISHED, DIVERGED, FAILED = "finished", "diverged", "failed"
KILLED = ("KeyboardInterrupt", "SystemExit")  # by someone, not by its settings


def main(arguments: Sequence[str] | None = None) -> int:
    """0: `tried.json` is there; else what the command returned."""
    options = parser().parse_args(arguments)
    folder, run = options.folder, json.loads(options.run)
    for name in ("tried.json", "result.json", "failure.json"):
        (folder / name).unlink(missing_ok=True)  # one that exists from here on is this run's
    began = time.monotonic()
    status = subprocess.run(options.command, check=False).returncode
    found = outcome(folder, run["select"])
    if found is None:
        print(f"no outcome in {folder}: exit status {status}, no reason left", file=sys.stderr)
        return status or 1
    seconds = round(time.monotonic() - began, 2)
    (folder / "failure.json").unlink(missing_ok=True)  # first: with tried.json, nobody tries again
    files.write(folder / "tried.json", {"schema": SCHEMA, **run, "seconds": seconds, **found})
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m transfer.sweep.search",
        description="Run one point of a search and keep its outcome in FOLDER/tried.json.",
    )
    found.add_argument("folder", type=Path, metavar="FOLDER", help="the run's --work-dir")
    found.add_argument(
        "--run", required=True, metavar="JSON", help="point, seed, settings, select: what is tried"
    )
    found.add_argument("command", nargs="+", metavar="COMMAND", help="the training, after --")
    return found


def outcome(folder: Path, select: str) -> dict[str, Any] | None:
    """What `result.json` or `failure.json` says; None where the run left neither of its own.

    Raises:
        ValueError: where the record does not say that it is of a search.
    """
    if (folder / "result.json").is_file():
        return of_record(files.read(folder / "result.json"), select)
    if not (folder / "failure.json").is_file():
        return None
    failure = files.read(folder / "failure.json")
    if failure["error"] in KILLED:
        return None
    status = DIVERGED if failure["error"] == FloatingPointError.__name__ else FAILED
    return {"status": status, "score": None, **failure, "schema": SCHEMA}


def of_record(record: dict[str, Any], select: str) -> dict[str, Any]:
    if (record.get("sweep") or {}).get("role") != "search":
        raise ValueError(
            "the record of a search run must say so (sweep.role): the hook that writes it has to "
            "add transfer.sweep.block.sweep_block"
        )
    metric = record["metrics"].get(select) or {}
    score = metric.get("value")
    if score is None or not math.isfinite(score):
        measured = ", ".join(sorted(record["metrics"]))
        message = f"{select} is {score}; the record has {measured}"
        return {"status": FAILED, "score": None, "error": "no score", "message": message}
    return {
        "status": FINISHED,
        "score": score,
        "unit": metric["unit"],
        "higher_is_better": metric["higher_is_better"],
        "selected_on": {"n_images": record["n_images"], **record["data"]},
    }


if __name__ == "__main__":
    sys.exit(main())
