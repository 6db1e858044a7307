"""Evidence for one comparison: intervals, paired differences of all methods, ranks."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from reports.comparisons import Comparison
from reports.evidence import Cell, ClassDifference, ClassDifferences, Difference, Evidence
from reports.records.record import Record
from reports.resampled import Progress, Resampled, Scores, resample
from reports.significance import Runs, difference, holm, image_part, interval_of, test_of
from reports.summary import facts
from reports.vocabulary import headline_metrics


@dataclass(frozen=True)
class Options:
    """How many draws of the images, and the number that all of them follow from."""

    resamples: int = 1000
    seed: int = 0


def assess(
    comparison: Comparison,
    records: Mapping[str, Record],
    options: Options | None = None,
    progress: Progress = lambda path: None,
) -> Evidence:
    """What the records' per-image files and seeds say about their differences.

    Args:
        records: by path, at least those of the comparison.
        progress: told the path of each run before it is resampled.
    """
    options = options or Options()
    measured = set(comparison.results["metric"])
    metrics = [m for m in headline_metrics(comparison.task, measured) if m in measured]
    rng = np.random.default_rng([options.seed, zlib.crc32(comparison.slug.encode())])
    found = resample(comparison, records, metrics, options.resamples, rng, progress)
    runs = {cell: scores.runs(found.sample) for cell, scores in found.scores.items()}
    tests = {cell: interval_of(of, rng) for cell, of in runs.items()}
    higher = {
        metric: bool(up) for metric, up in facts(comparison.results, "higher_is_better").items()
    }
    differences = paired(metrics, comparison.methods, runs, higher, rng)
    ranks = {
        (method, metric): rank
        for metric in metrics
        for method, rank in open_ranks(metric, runs, differences, higher=higher[metric]).items()
    }
    return Evidence(
        intervals={cell: test.interval for cell, test in tests.items() if test},
        differences=tuple(differences),
        ranks=ranks,
        best=winners(ranks, differences),
        classes=tuple(by_category(metrics, found, higher)),
        notes=found.notes,
    )


def paired(
    metrics: Sequence[str],
    methods: Sequence[str],
    runs: Mapping[Cell, Runs],
    higher: Mapping[str, bool],
    rng: np.random.Generator,
) -> list[Difference]:
    """Later minus earlier method, for every pair; Holm's correction is over all of them.

    Where others kept per-image results, a pair without is not tested: over seeds alone it would
    look the surer for knowing less.
    """
    found = []
    with_images = any(of.resampled is not None for of in runs.values())
    for metric in metrics:
        for second, first in combinations([m for m in methods if (m, metric) in runs], 2):
            one, other = runs[first, metric], runs[second, metric]
            test = difference(one, other, rng)
            if test is None or (with_images and "images" not in test.over):
                continue
            found.append(
                Difference(
                    metric=metric,
                    first=first,
                    second=second,
                    interval=test.interval,
                    p=test.p,
                    p_holm=test.p,
                    better=test.better if higher[metric] else 1 - test.better,
                    detectable=test.detectable,
                    seeds=(one.seeds, other.seeds),
                    images=one.images if "images" in test.over else None,
                )
            )
    corrected = holm([item.p for item in found])
    return [replace(item, p_holm=p) for item, p in zip(found, corrected, strict=True)]


def open_ranks(
    metric: str,
    runs: Mapping[Cell, Runs],
    differences: Sequence[Difference],
    *,
    higher: bool,
) -> dict[str, tuple[int, int]]:
    """Best and worst rank of each method: it is behind, or ahead of, those it differs from.

    A pair that could not be tested leaves both orders open.
    """
    methods = [method for method, of in runs if of == metric]
    ahead = dict.fromkeys(methods, 0)
    behind = dict.fromkeys(methods, 0)
    for item in differences:
        if item.metric == metric and item.significant:
            up = (item.interval.estimate > 0) == higher
            better, worse = (item.first, item.second) if up else (item.second, item.first)
            ahead[better] += 1
            behind[worse] += 1
    return {method: (1 + behind[method], len(methods) - ahead[method]) for method in methods}


def winners(
    ranks: Mapping[Cell, tuple[int, int]], differences: Sequence[Difference]
) -> dict[str, str]:
    """Metric to the method that is ahead of every other one, whatever images and seeds are drawn.

    One seed each settles which of the runs is ahead, and no more: nobody wins.
    """
    return {
        metric: method
        for (method, metric), rank in ranks.items()
        if rank == (1, 1)
        and (
            own := [d for d in differences if d.metric == metric and method in (d.first, d.second)]
        )
        and all(difference.settled for difference in own)
    }


def by_category(
    metrics: Sequence[str], found: Resampled, higher: Mapping[str, bool]
) -> list[ClassDifferences]:
    """The best method against the runner-up, category by category."""
    differences = []
    for metric in metrics:
        complete = {
            method: scores
            for (method, of), scores in found.scores.items()
            if of == metric and len(scores.categories) == len(scores.values)
        }
        ordered = sorted(
            complete,
            key=lambda m: float(np.mean(complete[m].values)) * (-1 if higher[metric] else 1),
        )
        if len(ordered) > 1:
            first, second = ordered[:2]
            rows = category_rows(complete[first], complete[second], found)
            differences.append(ClassDifferences(metric, first, second, tuple(rows)))
    return differences


def category_rows(one: Scores, other: Scores, found: Resampled) -> list[ClassDifference]:
    """Categories that the images hold; over images only, the seeds are averaged."""
    ours, theirs = (by_place(scores, found) for scores in (one, other))
    rows = []
    for name, a, b in zip(found.categories, ours, theirs, strict=True):
        parts = image_part([a, b], [1.0, -1.0])
        gap = a.mean - b.mean
        if np.isnan(gap) or not parts:
            continue
        interval = test_of(gap, parts).interval
        rows.append(ClassDifference(name, a.mean, b.mean, interval))
    return rows


def by_place(scores: Scores, found: Resampled) -> list[Runs]:
    """One category after the other."""
    places = range(len(found.categories))
    return [found.sample.runs([seed[:, k] for seed in scores.categories]) for k in places]
