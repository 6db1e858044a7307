"""How a step's time grows with the batch, the picture's side and the encoder's depth.

One of the three changes while the others stay at `--batch`, `--size` and `--depth`. The figure's
dashed line is the time of the middle point scaled by the operations counted on paper: a step that
follows it grows as it should, one above it at small sizes pays for overhead.
"""

import argparse
import math
from argparse import Namespace
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import torch
import torch._dynamo
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from backbones.runs.files import write_atomic, write_json
from backbones.timing import alternate
from pretrain.benchmark import settings
from pretrain.benchmark.cases import NAMES, build_case, build_model
from pretrain.benchmark.flops import step_flops

LABELS = {"batch": "pictures in a batch", "size": "side in pixels", "depth": "encoder blocks"}
DEFAULTS = {"batch": [2, 4, 8, 16], "size": [112, 160, 224, 320], "depth": [3, 6, 12, 24]}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    settings.add_arguments(parser)
    parser.add_argument("--case", choices=NAMES, default="fast", help="whose step")
    for name, values in DEFAULTS.items():
        parser.add_argument(
            f"--over-{name}", nargs="*", type=int, default=values, help=f"points along the {name}"
        )
    parser.add_argument(
        "--figure", type=Path, required=True, help="PNG and SVG are written, under this name"
    )


def measure(options: Namespace) -> list[dict[str, Any]]:
    """A row a point; the points of one line alternate."""
    rows: list[dict[str, Any]] = []
    for axis in LABELS:
        values = getattr(options, f"over_{axis}")
        torch._dynamo.reset()  # a graph of its own for each point, of which only so many are kept
        torch._dynamo.config.cache_size_limit = max(8, 2 * len(values))
        torch._dynamo.config.automatic_dynamic_shapes = False
        changed = {v: Namespace(**{**vars(options), axis: v}) for v in values}
        cases = {str(v): build_case(options.case, o) for v, o in changed.items()}
        steps = {name: case.step for name, case in cases.items()}
        times = alternate(steps, warmup=options.warmup, repeats=options.repeats)
        del cases, steps
        for value, chosen in changed.items():
            flops = step_flops(build_model(chosen)) * chosen.batch
            found = times[str(value)]
            rows.append(
                {
                    "axis": axis,
                    "value": value,
                    "seconds": found,
                    "median": median(found),
                    "flops": flops,
                }
            )
    return rows


def expected(line: list[dict[str, Any]]) -> list[float]:
    """The middle point's time, scaled by the operations of the others."""
    middle = line[len(line) // 2]
    return [middle["median"] * (row["flops"] / middle["flops"]) for row in line]


def draw(rows: list[dict[str, Any]], title: str) -> dict[str, bytes]:
    """PNG and SVG, a panel an axis."""
    axes_names = [axis for axis in LABELS if any(row["axis"] == axis for row in rows)]
    style: dict[Any, Any] = {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    with mpl.rc_context({**style, "svg.hashsalt": "growth"}):
        width = 3.1 * len(axes_names)
        figure = Figure(figsize=(width, 3.2), dpi=150, layout="constrained")
        panels = figure.subplots(1, len(axes_names), squeeze=False)[0]
        for panel, axis in zip(panels, axes_names, strict=True):
            line = [row for row in rows if row["axis"] == axis]
            values, medians = [row["value"] for row in line], [row["median"] for row in line]
            low = [m - min(row["seconds"]) for m, row in zip(medians, line, strict=True)]
            high = [max(row["seconds"]) - m for m, row in zip(medians, line, strict=True)]
            panel.plot(values, expected(line), "--", color="0.6", label="operations, scaled")
            panel.errorbar(values, medians, [low, high], fmt="o-", capsize=2, label="measured")
            panel.set(xscale="log", yscale="log", xlabel=LABELS[axis])
            panel.set_xticks(values, [str(value) for value in values], minor=False)
            panel.minorticks_off()
            ticks = round_numbers(*panel.get_ylim())
            panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        panels[0].set_ylabel("seconds a step")
        panels[0].legend(frameon=False)
        figure.suptitle(title, fontsize=9)
        files = {}
        for kind, metadata in (("png", None), ("svg", {"Date": None})):
            file = BytesIO()
            figure.savefig(file, format=kind, metadata=metadata)
            files[kind] = file.getvalue()
    return files


def round_numbers(lowest: float, highest: float) -> list[float]:
    """A few between the two; those themselves where they are too near to each other."""
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        powers = range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)
        ticks = [float(f"{step}e{power}") for power in powers for step in steps]
        if len(found := [tick for tick in ticks if lowest <= tick <= highest]) > 1:
            return found
    return [float(f"{lowest:.3g}"), float(f"{highest:.3g}")]


def run(options: Namespace, arguments: Sequence[str]) -> None:
    rows, described = measure(options), settings.describe(options)
    print(settings.sentence(described))
    table = Table("axis", "value", "median s", "min … max s", "TFLOP", "over operations")
    for axis in LABELS:
        line = [row for row in rows if row["axis"] == axis]
        for row, wanted in zip(line, expected(line) if line else [], strict=True):
            row["over_operations"] = row["median"] / wanted
            table.add_row(
                axis,
                str(row["value"]),
                f"{row['median']:.3f}",
                f"{min(row['seconds']):.3f} … {max(row['seconds']):.3f}",
                f"{row['flops'] / 1e12:.3g}",
                f"{row['over_operations']:.2f} ×",
            )
    Console(width=100).print(table)
    depth = build_model(options).encoder.depth
    title = (
        f"ViT {options.arch}, {options.case}, {options.dtype}, {described['device']}: batch "
        f"{options.batch}, {options.size} pixels, {depth} blocks where they do not change"
    )
    for kind, content in draw(rows, title).items():
        write_atomic(options.figure.with_suffix(f".{kind}"), content)
    if options.out:
        write_json(options.out, {"settings": described, "points": rows})
