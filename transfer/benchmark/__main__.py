"""`python -m transfer.benchmark {segmentation,detection}`: a step of our backbone and of others.

segmentation  MMSegmentation's `MAE`, a relative-position table in every block (2 x 3 x 512 x 512)
detection     timm's windowed SAM ViT, decomposed relative position (1 x 3 x 1024 x 1024)

The backbone is the shipped ViT-B config's. Outputs with equal weights are compared first; then
forward + backward of ours, of the reference and of ours without relative position alternate
(A B C A B C …). `--full` takes a training step of the config's whole model instead.
"""

import argparse
import json
import platform
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import mmengine
import timm
import torch
from mmengine.config import DictAction
from rich.console import Console
from rich.table import Table

from backbones.timing import alternate
from transfer.amp import DTYPES
from transfer.benchmark.cases import BATCH, NAMES, BackboneCase, Case, build_case
from transfer.benchmark.measure import memory, memory_in_a_process

LABELS = {
    "segmentation": {"reference": "mmseg MAE"},
    "detection": {"reference": "timm SAM ViT"},
}
TOLERANCE = {"float32": 1e-3, "bfloat16": 0.1}  # of the largest value


def compare(cases: dict[str, Case], dtype: str) -> dict[str, float]:
    """The largest difference of ours and the reference's maps (`--full`: losses), and the scale.

    Raises:
        RuntimeError: where they differ by more than rounding.
    """
    ours, reference = cases["ours"], cases["reference"]
    if isinstance(ours, BackboneCase) and isinstance(reference, BackboneCase):
        pairs = list(zip(ours.maps(), reference.maps(), strict=True))
    else:
        losses = ours.step(), reference.step()
        pairs = [(torch.tensor(losses[0][k]), torch.tensor(losses[1][k])) for k in losses[0]]
    difference = max(float((a.float() - b.float()).abs().max()) for a, b in pairs)
    value = max(float(b.float().abs().max()) for _, b in pairs)
    if not difference <= TOLERANCE[dtype] * value:
        raise RuntimeError(
            f"ours and the reference differ by {difference:.2e} where values reach {value:.3g}: "
            "not the same network, so nothing is timed"
        )
    return {"largest difference": difference, "largest value": value}


def describe(options: Namespace) -> dict[str, Any]:
    cuda = torch.device(options.device).type == "cuda"
    return {
        "task": options.task,
        "step": "training step of the whole model" if options.full else "backbone",
        "batch": options.batch,
        "size": options.size,
        "dtype": options.dtype,
        "repeats": options.repeats,
        "device": torch.cuda.get_device_name() if cuda else f"cpu, {platform.machine()}",
        "threads": torch.get_num_threads(),
        "bfloat16 units": None if cuda else torch.ops.mkldnn._is_mkldnn_bf16_supported(),
        "versions": {module.__name__: module.__version__ for module in (torch, timm, mmengine)},
    }


def show(result: dict[str, Any], task: str) -> None:
    settings = {k: v for k, v in result["settings"].items() if v is not None}
    print(", ".join(f"{key} {value}" for key, value in settings.items()))
    found = result["comparison"]
    print(
        f"ours and the reference differ by {found['largest difference']:.2e} at most, "
        f"values reach {found['largest value']:.3g}"
    )
    table = Table(*("backbone", "median s", "min … max s", "over ours", "peak GB", "of the step"))
    for name, row in result["cases"].items():
        peak = row["memory"] or {}
        table.add_row(
            LABELS[task].get(name, {"plain": "no relative position"}.get(name, name)),
            f"{row['median']:.3f}",
            f"{min(row['seconds']):.3f} … {max(row['seconds']):.3f}",
            f"{row['over ours']:.2f} ×",
            f"{peak['peak']:.2f}" if peak else "–",
            f"{peak['peak'] - peak['before']:.2f}" if peak else "–",
        )
    Console(width=100).print(table)


def run(options: Namespace, arguments: Sequence[str]) -> dict[str, Any]:
    peaks: dict[str, dict[str, float] | None] = dict.fromkeys(NAMES)
    if not options.no_memory:
        peaks = {name: memory_in_a_process(name, arguments) for name in NAMES}
    cases = {name: build_case(name, options) for name in NAMES}
    comparison = compare(cases, options.dtype)
    steps = {name: case.step for name, case in cases.items()}
    times = alternate(steps, warmup=options.warmup, repeats=options.repeats)
    ours = median(times["ours"])
    rows = {
        name: {
            "median": median(times[name]),
            "over ours": median(times[name]) / ours,
            "seconds": times[name],
            "memory": peaks[name],
        }
        for name in NAMES
    }
    return {"settings": describe(options), "comparison": comparison, "cases": rows}


def parse(arguments: Sequence[str]) -> Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m transfer.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=BATCH)
    parser.add_argument("--size", type=int, help="pixels, as the config by default")
    parser.add_argument("--batch", type=int, help="2 (segmentation), 1 (detection) by default")
    parser.add_argument("--dtype", choices=DTYPES, default="bfloat16", help="autocast's")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=1, help="rounds that are not counted")
    parser.add_argument("--full", action="store_true", help="a training step of the whole model")
    parser.add_argument("--config", help="another config with such a backbone")
    parser.add_argument("--cfg-options", nargs="+", action=DictAction, help="key=value pairs")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, help="JSON file for every number")
    parser.add_argument("--no-memory", action="store_true", help="time only: no child processes")
    parser.add_argument("--memory-of", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.batch = options.batch or BATCH[options.task]
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    arguments = sys.argv[1:] if arguments is None else arguments
    options = parse(arguments)
    if options.memory_of:
        print(json.dumps(memory(options.memory_of, options)))
        return
    result = run(options, arguments)
    show(result, options.task)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
