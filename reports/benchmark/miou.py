"""`python -m reports.benchmark miou`: paired resamples of mIoU, beside summing image by image."""

import argparse
import time
from collections.abc import Sequence
from statistics import median

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from reports.benchmark.segments import Counts, draw_scenes, segment
from reports.significance import difference, sample


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    console, rng = Console(), np.random.default_rng(options.seed)
    scenes = draw_scenes(options.images, options.classes, rng)
    methods = [segment(scenes, skill, rng) for skill in (1.0, 1.03)]
    whole, plain = [], []
    for _ in range(options.repeats):
        start = time.perf_counter()
        drawn = sample(options.images, options.resamples, rng)
        runs = [drawn.runs([method.score(drawn.weights)]) for method in methods]
        test = difference(runs[1], runs[0], rng)
        whole.append(time.perf_counter() - start)
        start = time.perf_counter()
        summed = summed_up(methods[0], drawn.weights[-1])
        plain.append(time.perf_counter() - start)
    error = abs(methods[0].score(drawn.weights[-1:])[0] - summed)
    one = median(whole) / options.resamples / len(methods)
    table = Table("", "seconds", box=SIMPLE_HEAD)
    table.add_row(f"{options.resamples:,} paired resamples of both methods", f"{median(whole):.2f}")
    table.add_row("  of which one resample of one method", f"{one:.6f}")
    table.add_row("copying and summing, once", f"{median(plain):.4f} ({median(plain) / one:.0f} ×)")
    console.print(f"{options.images:,} images, {options.classes} classes, 2 methods", table)
    if test is None:
        raise RuntimeError("nothing was resampled")
    interval = test.interval
    console.print(
        f"difference {interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}], "
        f"p {test.p:.3g}; apart from summing by {error:.1e}",
        highlight=False,
    )
    return 0 if error < 1e-10 else 1


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports.benchmark miou",
        description="Time paired resamples of mIoU on generated counts, in turn with copying the "
        "drawn images and summing. Exit code 1 if the two differ.",
    )
    found.add_argument("--images", type=int, default=2000)
    found.add_argument("--classes", type=int, default=150)
    found.add_argument("--resamples", type=int, default=1000)
    found.add_argument("--repeats", type=int, default=3, help="of ours and the plain way in turn")
    found.add_argument("--seed", type=int, default=0)
    return found


def summed_up(counts: Counts, weights: np.ndarray) -> float:
    drawn = counts.of(np.repeat(np.arange(len(weights)), weights))
    hits, union = drawn.intersection.sum(axis=0), drawn.union.sum(axis=0)
    return float(100 * np.mean(hits[union > 0] / union[union > 0]))
