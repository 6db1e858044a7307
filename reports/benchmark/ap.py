"""`python -m reports.benchmark ap`: paired resamples of COCO AP, beside pycocotools' accumulate."""

import argparse
import contextlib
import io
import resource
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from pycocotools.cocoeval import COCOeval, Params
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from reports.average_precision import AveragePrecision, mean_ap
from reports.benchmark.detections import (
    THRESHOLDS,
    Detections,
    Objects,
    detect,
    draw_objects,
    prepared,
)
from reports.significance import Test, difference, sample


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    console, rng = Console(), np.random.default_rng(options.seed)
    objects = draw_objects(options.images, options.objects, options.categories, rng)
    found = [detect(objects, options.detections, skill, rng) for skill in (0.5, 0.55)]
    console.print(
        f"{options.images:,} images, {options.objects:,} objects of {options.categories} "
        f"categories, {len(found[0].score):,} detections a method, 2 methods"
    )
    methods = [prepared(objects, detections) for detections in found]
    theirs = as_evaluation(objects, found[0])
    once = np.ones((1, options.images), np.uint16)
    ours, reference = float(mean_ap(methods[0].scores(once))[0]), accumulated(theirs)
    console.print(f"AP of all images: {ours:.10f}, pycocotools {reference:.10f}")
    whole, test, one, other = times(methods, theirs, options, rng)
    table = Table("", "seconds", box=SIMPLE_HEAD)
    table.add_row(f"{options.resamples:,} paired resamples of both methods", f"{whole:.1f}")
    table.add_row("  of which one resample of one method", f"{one:.4f}")
    table.add_row("pycocotools' accumulate, once", f"{other:.3f} ({other / one:.0f} times ours)")
    table.add_row(
        f"pycocotools' accumulate, {2 * options.resamples:,} times (reckoned)",
        f"{2 * options.resamples * other:,.0f}",
    )
    console.print(table)
    interval = test.interval
    console.print(
        f"difference {interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}], "
        f"p {test.p:.3g}; peak memory {peak_gb():.2f} GB",
        highlight=False,
    )
    return 0 if abs(ours - reference) < 1e-10 else 1


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m reports.benchmark ap",
        description="Time paired resamples of COCO AP on generated detections, in turn with "
        "pycocotools' accumulate on the same ones. Exit code 1 if their APs differ by 1e-12.",
    )
    found.add_argument("--images", type=int, default=5000)
    found.add_argument("--objects", type=int, default=36000)
    found.add_argument("--categories", type=int, default=80)
    found.add_argument("--detections", type=int, default=100, help="an image")
    found.add_argument("--resamples", type=int, default=1000)
    found.add_argument("--repeats", type=int, default=3, help="of ours and theirs in turn")
    found.add_argument("--seed", type=int, default=0)
    return found


def times(
    methods: Sequence[AveragePrecision],
    theirs: COCOeval,
    options: argparse.Namespace,
    rng: np.random.Generator,
) -> tuple[float, Test, float, float]:
    """Seconds of the whole, its result, and the medians of one resample, ours and theirs."""
    start = time.perf_counter()
    drawn = sample(options.images, options.resamples, rng)
    whole = time.perf_counter() - start
    kept: list[list[np.ndarray]] = [[], []]
    ours, reference = [], []
    for weights in np.array_split(drawn.weights, options.repeats):
        start = time.perf_counter()
        for scores, method in zip(kept, methods, strict=True):
            scores.append(mean_ap(method.scores(weights)))
        seconds = time.perf_counter() - start
        whole += seconds
        ours.append(seconds / len(weights) / len(methods))
        start = time.perf_counter()
        accumulated(theirs)
        reference.append(time.perf_counter() - start)
    start = time.perf_counter()
    one, other = (drawn.runs([np.concatenate(scores)]) for scores in kept)
    test = difference(other, one, rng)
    if test is None:
        raise RuntimeError("nothing was resampled")
    return whole + time.perf_counter() - start, test, median(ours), median(reference)


def as_evaluation(objects: Objects, detections: Detections) -> COCOeval:
    """The same matches where pycocotools' accumulate looks for them."""
    evaluation = COCOeval(iouType="bbox")
    params = Params(iouType="bbox")
    params.imgIds, params.catIds = list(range(objects.images)), list(range(objects.categories))
    params.areaRng, params.areaRngLbl = [[0, 1e10]], ["all"]
    params.maxDets = [100]
    evaluation.params = evaluation._paramsEval = params
    entries: dict[tuple[int, int], Any] = {}
    for image, category, count in objects.counted.tolist():
        entries[category, image] = entry(np.zeros(0), np.zeros((len(THRESHOLDS), 0), bool), count)
    starts = np.flatnonzero(
        np.diff(detections.category * objects.images + detections.image, prepend=-1)
    )
    for start, stop in zip(starts, [*starts[1:], len(detections.score)], strict=True):
        key = (int(detections.category[start]), int(detections.image[start]))
        count = len(entries[key]["gtIgnore"]) if key in entries else 0
        scores, hits = detections.score[start:stop], detections.hit[start:stop].T
        entries[key] = entry(scores, hits, count)
    evaluation.evalImgs = [
        entries.get((k, i)) for k in range(objects.categories) for i in range(objects.images)
    ]
    return evaluation


def entry(scores: np.ndarray, hits: np.ndarray, objects: int) -> dict[str, Any]:
    return {
        "dtScores": scores,
        "dtMatches": hits.astype(np.float64),
        "dtIgnore": np.zeros_like(hits, bool),
        "gtIgnore": np.zeros(objects, bool),
    }


def accumulated(evaluation: COCOeval) -> float:
    """AP in percent."""
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.accumulate()
    precision = evaluation.eval["precision"]
    return float(100 * precision[precision > -1].mean())


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
