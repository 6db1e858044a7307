"""Everything that needs a GPU, in one call and within `--minutes`: JSON files in a folder.

For ViT-B, L and H: the batch with the most images/s (of those that fit), then plain, fast and
compiled steps there, with peak memory; for the first also token targets beside pixels. Every part
is one of the other subcommands in a process of its own, so that none inherits memory and each can
be repeated by hand; what no longer fits into the time is named and left out. `summary.json` lists
the parts, `rates.json` the best images/s for `python -m pretrain.benchmark cost`.
"""

import argparse
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import torch

from backbones.compiling import COMPILE_MODES
from backbones.parts import Parts
from backbones.runs.files import write_json
from backbones.sizes import SIZES
from pretrain.benchmark.cases import DTYPES
from pretrain.benchmark.settings import describe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="where the JSON files go")
    parser.add_argument("--archs", nargs="+", choices=SIZES, default=["base", "large", "huge"])
    parser.add_argument("--size", type=int, default=224, help="pixels")
    parser.add_argument("--depth", type=int, help="encoder blocks, to try the command quickly")
    parser.add_argument("--batches", nargs="+", type=int, default=[128, 256, 512, 1024])
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16")
    parser.add_argument("--targets", nargs="*", default=["pixel-norm", "vq", "dvae"])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--compile-mode", default="default", choices=COMPILE_MODES)
    parser.add_argument("--no-compile", action="store_true", help="plain and fast only")
    parser.add_argument("--minutes", type=float, default=8.0, help="for everything together")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")


def measure(parts: Parts, options: Namespace) -> dict[str, float]:
    """Runs all parts; the best images/s of each architecture."""
    rates: dict[str, float] = {}
    for arch in options.archs:
        batches = [str(batch) for batch in options.batches]
        search = ["batch", "--arch", arch, "--repeats", "3", "--warmup", "2", "--batches", *batches]
        found = parts.run(f"batch-{arch}", *search)
        batch = found and found["best"]
        if not batch:
            continue
        if rate := best_rate(parts, arch, batch, options):
            rates[arch] = rate
        if arch == options.archs[0] and options.targets:
            smaller = str(max(1, batch // 4))  # the models of all targets are there at once
            compiled = [] if options.no_compile else ["--compile"]
            target = ["targets", *options.targets, "--arch", arch, "--batch", smaller, *compiled]
            parts.run("targets", *target, *repeats(options))
    return rates


def best_rate(parts: Parts, arch: str, batch: int, options: Namespace) -> float | None:
    """Images/s of the fastest step that is not the plain one."""
    fast = ["fast"] if options.no_compile else ["fast", "compiled"]
    base = ["step", "--arch", arch, *repeats(options), "--batch"]
    found = parts.run(f"step-{arch}", *base, str(batch), "--cases", "plain", *fast)
    if found is None:  # the plain step holds far more
        found = parts.run(f"step-{arch}-fast", *base, str(batch), "--cases", *fast)
        small = str(max(1, batch // 4))
        parts.run(f"step-{arch}-small", *base, small, "--cases", "plain", "fast")
    if found is None:
        return None
    return max(float(found["cases"][name]["images_per_second"]) for name in fast)


def repeats(options: Namespace) -> list[str]:
    return ["--repeats", str(options.repeats), "--warmup", "3"]


def run(options: Namespace, arguments: Sequence[str]) -> None:
    common = ["--dtype", options.dtype, "--device", options.device]
    common += ["--depth", str(options.depth)] if options.depth else []
    common += ["--size", str(options.size), "--compile-mode", options.compile_mode]
    parts = Parts("pretrain.benchmark", options.folder, options.minutes, common)
    rates = measure(parts, options)
    of_parts = dict.fromkeys(("arch", "batch", "checkpointing", "warmup"))
    described = describe(Namespace(**vars(options), **of_parts))
    summary = options.folder / "summary.json"
    write_json(summary, {"settings": described, "parts": parts.done})
    if rates:
        where = {name: described[name] for name in ("device", "dtype", "size", "depth")}
        write_json(options.folder / "rates.json", {**where, "images_per_second": rates})
    parts.say_what_is_missing(summary)
