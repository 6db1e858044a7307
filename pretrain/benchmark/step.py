"""A training step of the fast path beside the same step written plainly.

plain     MAE from the paper (`pretrain/benchmark/plain.py`), AdamW as PyTorch has it by default
fast      the project's model and optimiser, as `python -m pretrain` builds them
compiled  the same through `torch.compile`

Loss and gradients for equal weights, pictures and masks are compared first; then the steps and the
model's bare matrix products alternate (A B C A B C …). "of matmul" is the operations a step needs
(counted on paper, `pretrain/benchmark/flops.py`) over its time, as a share of what the bare
products reached in the same run.
"""

import argparse
import json
from argparse import Namespace
from collections.abc import Sequence
from statistics import median
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from backbones.runs.files import write_json
from backbones.timing import alternate, in_a_process, peak
from pretrain.benchmark import settings
from pretrain.benchmark.cases import DTYPES, NAMES, Case, Result, build_case, build_model
from pretrain.benchmark.flops import linear_products, step_flops
from pretrain.benchmark.matmul import Products

MATMUL = "matmul"
# Of the loss, and of the gradients' norm. bfloat16 keeps 8 bits, so a value is off by up to 0.4 %.
TOLERANCE = {"float32": 1e-5, "bfloat16": 2e-2}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    settings.add_arguments(parser)
    parser.add_argument(
        "--cases", nargs="+", choices=NAMES, default=["plain", "fast"], help="what is compared"
    )
    parser.add_argument("--compile", action="store_true", help="add the case 'compiled'")
    parser.add_argument("--no-memory", action="store_true", help="time only: no child processes")
    parser.add_argument("--memory-of", choices=NAMES, help=argparse.SUPPRESS)


def differences(found: Result, expected: Result) -> dict[str, float]:
    """Relative: of the loss, of all gradients' norm, and of the worst single parameter's."""
    if found.gradients.keys() != expected.gradients.keys():
        odd = sorted(found.gradients.keys() ^ expected.gradients.keys())
        raise RuntimeError(f"only one of the two trains {', '.join(odd)}")
    apart, norms = {}, {}
    for name, gradient in expected.gradients.items():
        apart[name] = float((found.gradients[name].double() - gradient.double()).norm())
        norms[name] = float(gradient.double().norm())
    whole = [sum(value**2 for value in values.values()) ** 0.5 for values in (apart, norms)]
    return {
        "loss": float((found.loss.double() - expected.loss.double()).abs() / expected.loss.abs()),
        "gradients": whole[0] / whole[1],
        "worst parameter": max(apart[name] / norms[name] for name in apart),
    }


def compare(cases: dict[str, Case], options: Namespace) -> dict[str, dict[str, float]]:
    """Every case against the first.

    Raises:
        RuntimeError: where they differ by more than rounding.
    """
    patches = build_model(options).masks.number
    generator = torch.Generator().manual_seed(2)
    noise = torch.rand(options.batch, patches, generator=generator).to(options.device)
    names = list(cases)
    limit = TOLERANCE[options.dtype]
    # cuDNN would round a convolution's float32 to 10 bits, which the same product as a layer keeps
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        expected = cases[names[0]].compute(noise)
        apart = {name: differences(cases[name].compute(noise), expected) for name in names[1:]}
    for name, found in apart.items():
        if not (found["loss"] <= limit and found["gradients"] <= limit):
            raise RuntimeError(
                f"{name} differs from {names[0]} by {found['loss']:.1e} of the loss and "
                f"{found['gradients']:.1e} of the gradients, more than {limit:g}: not the same "
                "step, so nothing is timed"
            )
    return apart


def memory(name: str, options: Namespace) -> dict[str, float]:
    """Gigabytes at the peak of two steps, and at most before the first; in a fresh process."""
    case = build_case(name, options)
    before = peak()
    for _ in range(2):
        case.step()
    return {"peak": peak(), "before": before}


def measure(options: Namespace) -> dict[str, Any]:
    """Every case's times, speed and share, and what they were measured beside."""
    model = build_model(options)
    needed, products = step_flops(model) * options.batch, linear_products(model)
    del model
    bare = Products(products, options.batch, DTYPES[options.dtype], options.device)
    cases = {name: build_case(name, options) for name in options.cases}
    apart = compare(cases, options)
    steps = {name: case.step for name, case in cases.items()}
    times = alternate({**steps, MATMUL: bare.step}, warmup=options.warmup, repeats=options.repeats)
    medians = {name: median(values) for name, values in times.items()}
    rate = bare.flops / medians[MATMUL]
    first = medians[options.cases[0]]
    rows = {
        name: {
            "median": medians[name],
            "seconds": times[name],
            "images_per_second": options.batch / medians[name],
            "speed_up": first / medians[name],
            "share_of_matmul": needed / medians[name] / rate,
        }
        for name in cases
    }
    return {
        "comparison": apart,
        "flops": needed,
        "matmul": {"median": medians[MATMUL], "flops": bare.flops, "flops_per_second": rate},
        "cases": rows,
    }


def show(result: dict[str, Any]) -> None:
    print(settings.sentence(result["settings"]))
    first = next(iter(result["cases"]))
    for name, found in result["comparison"].items():
        parts = ", ".join(f"{part} {value:.1e}" for part, value in found.items())
        print(f"{name} and {first} differ, relatively, by: {parts}")
    rate, needed = result["matmul"]["flops_per_second"], result["flops"]
    print(f"a step needs {needed / 1e12:.3g} TFLOP; bare products reach {rate / 1e12:.3g} TFLOP/s")
    heads = ("case", "median s", "min … max s", "images/s", "speed-up", "of matmul", "peak GB")
    table = Table(*heads)
    for name, row in result["cases"].items():
        table.add_row(
            name,
            f"{row['median']:.3f}",
            f"{min(row['seconds']):.3f} … {max(row['seconds']):.3f}",
            f"{row['images_per_second']:.1f}",
            f"{row['speed_up']:.2f} ×",
            f"{row['share_of_matmul']:.0%}",
            f"{row['memory']['peak']:.2f}" if row["memory"] else "–",
        )
    Console(width=100).print(table)


def run(options: Namespace, arguments: Sequence[str]) -> None:
    """The subcommand; `arguments` are its own, for the children that measure memory."""
    if options.compile and "compiled" not in options.cases:
        options.cases = [*options.cases, "compiled"]
    if options.memory_of:
        print(json.dumps(memory(options.memory_of, options)))
        return
    peaks: dict[str, dict[str, float] | None] = dict.fromkeys(options.cases)
    if not options.no_memory:
        child = ["step", *arguments, "--memory-of"]
        peaks = {name: in_a_process("pretrain.benchmark", [*child, name]) for name in options.cases}
    result = {"settings": settings.describe(options), **measure(options)}
    for name, found in peaks.items():
        result["cases"][name]["memory"] = found
    show(result)
    if options.out:
        write_json(options.out, result)
