"""`python -m reports.benchmark reading`: a large folder of records, read by one process and more.

Records as a whole schedule leaves them are made in a temporary folder: 200 points of loss, 20 of
each of six validation curves. Each reading is a process of its own, which tells its peak memory;
one and several alternate (A B A B …), so that whatever else the machine does meets both alike.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from reports.cores import cores
from reports.frame import curves_frame, results_frame
from reports.records.migrate import CURRENT
from reports.records.scan import scan

METRICS = ("box_ap", "box_ap50", "box_ap75", "mask_ap", "mask_ap50", "mask_ap75")
METHODS, TASKS = 50, ("coco", "ade20k")
LOSSES, VALIDATIONS = 200, 20
MEGABYTE = 2**20


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    if options.once:
        print(json.dumps(measure(options.once, options.processes)))
        return 0
    console = Console(width=None if sys.stdout.isatty() else 100)
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), options.records)
        found: dict[int, list[dict[str, float]]] = {1: [], options.processes: []}
        for _ in range(options.repeats):
            for processes, rounds in found.items():
                rounds.append(in_a_process(Path(folder), processes))
    console.print(table(found, options.records))
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports.benchmark reading",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--records", type=positive, default=10_000)
    found.add_argument("--repeats", type=positive, default=3, help="of each (default: 3)")
    found.add_argument(
        "--processes", type=positive, default=max(2, cores()), help="default: one a core"
    )
    found.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    return found


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)


def generate(root: Path, records: int) -> None:
    random = np.random.default_rng(0)
    for i in range(records):
        method, task, seed = f"method-{i % METHODS}", TASKS[i // METHODS % 2], i // METHODS // 2
        file = root / task / method / f"seed{seed}" / "result.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(record(method, task, seed, random), indent=1))


def record(method: str, task: str, seed: int, random: np.random.Generator) -> dict[str, Any]:
    return {
        "schema": CURRENT,
        "kind": "transfer",
        "cell": {"suite": "benchmark", "method": method, "task": task, "seed": seed},
        "protocol": {"name": f"{task}/benchmark", "sha256": "ab" * 32, "shipped_sha256": "ab" * 32},
        "arch": "base",
        "metrics": {
            name: {"value": random.uniform(0, 60), "unit": "%", "higher_is_better": True}
            for name in METRICS
        },
        "limited": False,
        "n_images": 5000,
        "data": {"name": task, "manifest_sha256": "cd" * 32, "n_train": 118_287, "n_val": 5000},
        "curves": {
            "loss": points(random, LOSSES, 900),
            **{name: points(random, VALIDATIONS, 9000) for name in METRICS},
        },
    }


def points(random: np.random.Generator, number: int, step: int) -> list[tuple[int, float]]:
    return [((i + 1) * step, value) for i, value in enumerate(random.uniform(0, 60, number))]


def in_a_process(folder: Path, processes: int) -> dict[str, float]:
    command = [sys.executable, "-m", "reports.benchmark", "reading", "--once", str(folder)]
    done = subprocess.run(
        [*command, "--processes", str(processes)], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(folder: Path, processes: int) -> dict[str, float]:
    """Seconds of each step, and the most memory in bytes after it."""
    found: dict[str, float] = {}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = step()
        found[name] = time.perf_counter() - began
        found[f"{name} memory"] = peak(resource.RUSAGE_SELF)
        return result

    records = timed("read", lambda: scan(folder, processes=processes)).records
    found["worker memory"] = peak(resource.RUSAGE_CHILDREN)
    timed("results", lambda: results_frame(records))
    timed("curves", lambda: curves_frame(records))
    return found


def peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def table(found: dict[int, list[dict[str, float]]], records: int) -> Table:
    grid = Table(title=f"{records:,} records", title_justify="left", box=SIMPLE_HEAD)
    for name in ("", "median s", "min … max s", "records/s", "peak MB", "MB of a worker"):
        grid.add_column(name, justify="right" if name else "left")
    for processes, rounds in found.items():
        label = f"read, {processes} process{'es' if processes > 1 else ''}"
        worker = max(each["worker memory"] for each in rounds)
        memory = f"{worker / MEGABYTE:,.0f}" if processes > 1 else ""
        grid.add_row(*row(label, "read", rounds, records), memory)
    alone = found[1]
    grid.add_row(*row("frame of results", "results", alone, records), "")
    grid.add_row(*row("frame of curves", "curves", alone, records), "")
    return grid


def row(label: str, step: str, rounds: list[dict[str, float]], records: int) -> list[str]:
    seconds = [each[step] for each in rounds]
    middle = median(seconds)
    return [
        label,
        f"{middle:.2f}",
        f"{min(seconds):.2f} … {max(seconds):.2f}",
        f"{records / middle:,.0f}",
        f"{max(each[f'{step} memory'] for each in rounds) / MEGABYTE:,.0f}",
    ]
