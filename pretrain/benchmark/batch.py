"""The batch at which the project's step has most images/s; larger ones are tried while they fit.

The batches are measured one after another, from the smallest, in one process; the first that does
not fit into the device's memory ends the search.
"""

import argparse
from argparse import Namespace
from collections.abc import Sequence
from statistics import median
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from backbones.runs.files import write_json
from backbones.timing import alternate
from pretrain.benchmark import settings
from pretrain.benchmark.cases import FastCase


def add_arguments(parser: argparse.ArgumentParser) -> None:
    settings.add_arguments(parser)
    parser.add_argument("--batches", nargs="+", type=int, default=[128, 256, 512, 1024])


def measure(options: Namespace) -> dict[str, Any]:
    """`best`, None where none fits, and of each batch its images/s, None for the one too large."""
    rates: dict[int, float | None] = {}
    for batch in sorted(options.batches):
        try:
            case = FastCase(Namespace(**{**vars(options), "batch": batch}))
            times = alternate(
                {str(batch): case.step}, warmup=options.warmup, repeats=options.repeats
            )
        except torch.OutOfMemoryError:
            rates[batch] = None
            break
        rates[batch] = batch / median(times[str(batch)])
        del case
        torch.cuda.empty_cache()
    fitting = {batch: rate for batch, rate in rates.items() if rate is not None}
    best = max(fitting, key=lambda batch: fitting[batch]) if fitting else None
    return {"best": best, "images_per_second": rates}


def run(options: Namespace, arguments: Sequence[str]) -> None:
    described = {**settings.describe(options), "batch": sorted(options.batches)}
    result = {"settings": described, **measure(options)}
    print(settings.sentence(described))
    table = Table("batch", "images/s")
    for batch, rate in result["images_per_second"].items():
        said = "does not fit" if rate is None else f"{rate:.1f}"
        table.add_row(str(batch), said + " (best)" * (batch == result["best"]))
    Console(width=100).print(table)
    if options.out:
        write_json(options.out, result)
