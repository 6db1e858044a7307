"""A step of ours beside others': of the backbone, or with `--full` of a whole training.

segmentation  UperNet on ViT-B (2 x 3 x 512 x 512); the reference is MMSegmentation's `MAE`, with a
              relative-position table in every block
detection     Mask R-CNN on ViTDet-B (1 x 3 x 1024 x 1024); the reference is timm's windowed SAM
              ViT, with decomposed relative position

The backbone is the config's. Values with equal weights (and the gradients of a training step) are
compared first; then the steps alternate (A B C A B C …).

backbone  ours, reference, and plain: ours without relative position; forward and backward
--full    ours: as the config trains; stock: our backbone, contiguous heads, AdamW a parameter at a
          time; reference: the same with the reference backbone
--compile adds ours through torch.compile
"""

import argparse
import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from mmengine.config import DictAction
from rich.console import Console
from rich.table import Table

from backbones.compiling import COMPILE_MODES
from backbones.runs.files import write_json
from backbones.timing import alternate, machine
from transfer.amp import DTYPES
from transfer.benchmark.cases import BACKBONES, NAMES, STEPS, build_case
from transfer.benchmark.compare import compare
from transfer.benchmark.config import BATCH
from transfer.benchmark.measure import memory, memory_in_a_process

LABELS = {"segmentation": "mmseg MAE", "detection": "timm SAM ViT"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=int, help="pixels, as the config by default")
    parser.add_argument("--batch", type=int, help="2 (segmentation), 1 (detection) by default")
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16", help="autocast's")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1, help="rounds that are not counted")
    parser.add_argument("--full", action="store_true", help="a training step of the whole model")
    parser.add_argument("--cases", nargs="+", choices=NAMES, help="what is compared, ours first")
    parser.add_argument("--compile", action="store_true", help="add the case 'compiled'")
    parser.add_argument(
        "--compile-mode",
        default="default",
        choices=COMPILE_MODES,
        help="torch.compile's, of 'compiled'",
    )
    parser.add_argument("--config", help="another config with such a backbone")
    parser.add_argument("--cfg-options", nargs="+", action=DictAction, help="key=value pairs")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, help="JSON file for every number")
    parser.add_argument("--no-memory", action="store_true", help="time only: no child processes")
    parser.add_argument("--memory-of", choices=NAMES, help=argparse.SUPPRESS)


def complete(options: Namespace) -> None:
    """What follows from other options."""
    options.batch = options.batch or BATCH[options.task]
    asked = options.cases or (STEPS if options.full else BACKBONES)
    options.cases = list(dict.fromkeys(["ours", *asked, *["compiled"] * options.compile]))
    if "stock" in options.cases and not options.full:
        raise SystemExit("stock is a way to train, not a backbone: add --full")


def describe(options: Namespace) -> dict[str, Any]:
    return {
        "task": options.task,
        "step": "training step of the whole model" if options.full else "backbone",
        "batch": options.batch,
        "size": options.size,
        "dtype": options.dtype,
        "repeats": options.repeats,
        **machine(options.device),
    }


def show(result: dict[str, Any], task: str) -> None:
    settings = {k: v for k, v in result["settings"].items() if v is not None}
    print(", ".join(f"{key} {value}" for key, value in settings.items()))
    for name, found in result["comparison"].items():
        parts = ", ".join(f"{part} {value:.1e}" for part, value in found.items())
        print(f"ours and {name} differ, relatively, by: {parts}")
    heads = ("case", "median s", "min … max s", "images/s", "over ours", "peak GB", "of the step")
    table = Table(*heads)
    labels = {"reference": LABELS[task], "plain": "no relative position"}
    for name, row in result["cases"].items():
        peak = row["memory"] or {}
        table.add_row(
            labels.get(name, name),
            f"{row['median']:.3f}",
            f"{min(row['seconds']):.3f} … {max(row['seconds']):.3f}",
            f"{row['images_per_second']:.4g}",
            f"{row['over ours']:.2f} ×",
            f"{peak['peak']:.2f}" if peak else "–",
            f"{peak['peak'] - peak['before']:.2f}" if peak else "–",
        )
    Console(width=100).print(table)


def measure(options: Namespace, arguments: Sequence[str]) -> dict[str, Any]:
    peaks: dict[str, dict[str, float] | None] = dict.fromkeys(options.cases)
    if not options.no_memory:
        peaks = {name: memory_in_a_process(name, arguments) for name in options.cases}
    cases = {name: build_case(name, options) for name in options.cases}
    comparison = compare(cases, options.dtype)
    steps = {name: case.step for name, case in cases.items()}
    times = alternate(steps, warmup=options.warmup, repeats=options.repeats)
    ours = median(times["ours"])
    rows = {
        name: {
            "median": median(times[name]),
            "over ours": median(times[name]) / ours,
            "images_per_second": options.batch / median(times[name]),
            "seconds": times[name],
            "memory": peaks[name],
        }
        for name in cases
    }
    return {"settings": describe(options), "comparison": comparison, "cases": rows}


def run(options: Namespace, arguments: Sequence[str]) -> None:
    if options.memory_of:
        print(json.dumps(memory(options.memory_of, options)))
        return
    result = measure(options, arguments)
    show(result, options.task)
    if options.out:
        write_json(options.out, result)
