"""Everything that needs a GPU, in one call and within `--minutes`: JSON files in a folder.

For ViT-B and ViT-L: the batch with the most images/s (of those that fit), then plain, fast and
compiled steps there, with peak memory; then token targets beside pixels on ViT-B. Every part is one
of the other subcommands in a process of its own, so that none inherits memory and each can be
repeated by hand; what no longer fits into the time is named and left out. `summary.json` lists the
parts, `rates.json` the best images/s for `python -m pretrain.benchmark cost`.
"""

import argparse
import json
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from backbones.runs.files import write_json
from backbones.sizes import SIZES
from pretrain.benchmark.cases import DTYPES
from pretrain.benchmark.settings import describe

NO_MEMORY = "OutOfMemoryError"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the JSON files go")
    parser.add_argument("--archs", nargs="+", choices=SIZES, default=["base", "large"])
    parser.add_argument("--size", type=int, default=224, help="pixels")
    parser.add_argument("--depth", type=int, help="encoder blocks, to try the command quickly")
    parser.add_argument("--batches", nargs="+", type=int, default=[128, 256, 512, 1024])
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16")
    parser.add_argument("--targets", nargs="*", default=["pixel-norm", "vq", "dvae"])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--compile-mode", default="default", help="torch.compile's")
    parser.add_argument("--no-compile", action="store_true", help="plain and fast only")
    parser.add_argument("--minutes", type=float, default=8.0, help="for everything together")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")


class Parts:
    """Subcommands in processes of their own, until the time is up."""

    def __init__(self, options: Namespace) -> None:
        self.folder = options.folder
        self.deadline = time.monotonic() + 60 * options.minutes
        self.done: dict[str, dict[str, Any]] = {}
        self.common = ["--dtype", options.dtype, "--device", options.device]
        self.common += ["--depth", str(options.depth)] if options.depth else []
        self.common += ["--size", str(options.size), "--compile-mode", options.compile_mode]

    def run(self, name: str, *arguments: str) -> dict[str, Any] | None:
        """A subcommand's JSON; None where it failed or there was no time, which `done` tells."""
        left, out = self.deadline - time.monotonic(), self.folder / f"{name}.json"
        out.unlink(missing_ok=True)
        command = [*arguments, *self.common, "--out", str(out)]
        if left <= 0:
            self.done[name] = {"command": command, "state": "left out: no time"}
            return None
        start = time.monotonic()
        try:
            child = [sys.executable, "-m", "pretrain.benchmark", *command]
            ended = subprocess.run(child, capture_output=True, text=True, timeout=left, check=False)
            error = ended.stderr[-2000:] if ended.returncode else ""
        except subprocess.TimeoutExpired:
            error = "stopped: no time"
        if NO_MEMORY in error:
            error = "does not fit into the memory"
        taken = time.monotonic() - start
        self.done[name] = {"command": command, "state": error or "done", "wall_seconds": taken}
        print(f"{taken:6.1f} s  {name}: {(error or 'done').strip().splitlines()[-1]}", flush=True)
        return None if error else json.loads(out.read_text())


def best_batch(parts: Parts, arch: str, batches: Sequence[int]) -> int | None:
    """The batch at which the fast step has most images/s; larger ones are tried while they fit."""
    rates: dict[int, float] = {}
    for batch in sorted(batches):
        arguments = ["--arch", arch, "--batch", str(batch), "--repeats", "3", "--warmup", "2"]
        name = f"batch-{arch}-{batch}"
        found = parts.run(name, "step", *arguments, "--cases", "fast", "--no-memory")
        if found is None:
            break
        rates[batch] = found["cases"]["fast"]["images_per_second"]
    return max(rates, key=lambda batch: rates[batch]) if rates else None


def measure(parts: Parts, options: Namespace) -> dict[str, float]:
    """Runs all parts; the best images/s of each architecture."""
    rates: dict[str, float] = {}
    repeats = ["--repeats", str(options.repeats), "--warmup", "3"]
    fast = ["fast"] if options.no_compile else ["fast", "compiled"]
    chosen = {arch: best_batch(parts, arch, options.batches) for arch in options.archs}
    for arch, batch in chosen.items():
        if batch is None:
            continue
        base = ["step", "--arch", arch, *repeats, "--batch"]
        found = parts.run(f"step-{arch}", *base, str(batch), "--cases", "plain", *fast)
        if found is None:  # the plain step holds far more
            found = parts.run(f"step-{arch}-fast", *base, str(batch), "--cases", *fast)
            small = str(max(1, batch // 4))
            parts.run(f"step-{arch}-small", *base, small, "--cases", "plain", *fast)
        if found is not None:
            rates[arch] = max(found["cases"][name]["images_per_second"] for name in fast)
    first = options.archs[0]
    batch = chosen[first]
    if batch is not None and options.targets:
        smaller = str(max(1, batch // 4))  # the models of all targets are there at once
        target = ["targets", *options.targets, "--arch", first, "--batch", smaller]
        parts.run("targets", *target, *repeats)
    return rates


def run(options: Namespace, arguments: Sequence[str]) -> None:
    options.folder.mkdir(parents=True, exist_ok=True)
    parts = Parts(options)
    rates = measure(parts, options)
    of_parts = dict.fromkeys(("arch", "batch", "checkpointing", "warmup"))
    described = describe(Namespace(**vars(options), **of_parts))
    write_json(options.folder / "summary.json", {"settings": described, "parts": parts.done})
    if rates:
        where = {name: described[name] for name in ("device", "dtype", "size")}
        write_json(options.folder / "rates.json", {**where, "images_per_second": rates})
    failed = [name for name, part in parts.done.items() if part["state"] != "done"]
    if failed:
        print(f"not measured: {', '.join(failed)}; {options.folder / 'summary.json'} says why")
