"""The training steps that need a GPU, in one call and within `--minutes`: JSON files in a folder.

Mask R-CNN on ViTDet-B at 1024 and UperNet on ViT-B at 512 pixels, in bfloat16: ours beside stock
and reference with peak memory, then ours compiled. Every part is one of the other subcommands in a
process of its own; what no longer fits into the time is named and left out. `transfer.json` lists
the parts.
"""

import argparse
from argparse import Namespace
from pathlib import Path

import torch

from backbones.compiling import COMPILE_MODES
from backbones.parts import DOES_NOT_FIT, Parts
from backbones.runs.files import write_json
from transfer.amp import DTYPES
from transfer.benchmark.cases import NAMES, STEPS

TASKS = ("detection", "segmentation")
BATCH = {"detection": 8, "segmentation": 16}  # a device's of COCO's protocol, all of ADE20K's


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the JSON files go")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    for task in TASKS:
        parser.add_argument(f"--{task}", metavar="CONFIG", help="another config than the shipped")
    parser.add_argument("--batch", type=int, help="8 (detection), 16 (segmentation) by default")
    parser.add_argument("--size", type=int, help="pixels, as the config by default")
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16")
    parser.add_argument("--cases", nargs="+", choices=NAMES, default=list(STEPS))
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=3, help="rounds that are not counted")
    parser.add_argument("--compile-mode", default="default", choices=COMPILE_MODES)
    parser.add_argument("--no-compile", action="store_true", help="nothing compiled")
    parser.add_argument("--no-memory", action="store_true", help="time only")
    parser.add_argument("--minutes", type=float, default=4.0, help="for everything together")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")


def measure(parts: Parts, options: Namespace) -> None:
    """Everything without compilation first: that takes the longest."""
    batches = {}
    memory = ["--no-memory"] * options.no_memory
    for task in options.tasks:
        batches[task] = options.batch or BATCH[task]
        extra = ["--cases", *options.cases, *memory]
        if parts.run(task, *command(task, batches[task], options), *extra) is None:
            if parts.done[task]["state"] != DOES_NOT_FIT:
                continue
            batches[task] = max(1, batches[task] // 4)
            parts.run(f"{task}-small", *command(task, batches[task], options), *extra)
    if not options.no_compile:
        for task in options.tasks:
            extra = ["--cases", "ours", "compiled", "--compile-mode", options.compile_mode]
            arguments = command(task, batches[task], options)
            parts.run(f"{task}-compiled", *arguments, *extra, "--no-memory")


def command(task: str, batch: int, options: Namespace) -> list[str]:
    config = getattr(options, task)
    return [task, "--full", "--batch", str(batch), *(["--config", config] if config else [])]


def run(options: Namespace) -> None:
    common = ["--dtype", options.dtype, "--device", options.device]
    common += ["--repeats", str(options.repeats), "--warmup", str(options.warmup)]
    common += ["--size", str(options.size)] if options.size else []
    parts = Parts("transfer.benchmark", options.folder, options.minutes, common)
    measure(parts, options)
    summary = options.folder / "transfer.json"
    write_json(summary, {"parts": parts.done})
    parts.say_what_is_missing(summary)
