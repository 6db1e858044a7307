"""Means, spreads and paired differences over seeds. Pure functions on the long frame."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean, stdev

import pandas as pd

Cell = tuple[str, str]  # method, metric


@dataclass(frozen=True)
class Spread:
    """Mean of n values and their sample standard deviation, which one value does not have."""

    mean: float
    sd: float | None
    n: int


def spread(values: list[float]) -> Spread:
    return Spread(fmean(values), stdev(values) if len(values) > 1 else None, len(values))


def over_seeds(results: pd.DataFrame) -> dict[Cell, Spread]:
    return {cell: spread(list(seeds.values())) for cell, seeds in by_seed(results).items()}


def by_seed(results: pd.DataFrame) -> dict[Cell, dict[int, float]]:
    columns = (results[name] for name in ("method", "metric", "seed", "value"))
    values: dict[Cell, dict[int, float]] = defaultdict(dict)
    for method, metric, seed, value in zip(*columns, strict=True):
        if seed in values[method, metric]:
            raise ValueError(f"seed {seed} of {method} has two values of {metric}; drop one first")
        values[method, metric][seed] = value
    return values


def seeds_of(results: pd.DataFrame) -> dict[str, int]:
    """Method to its number of seeds, whatever they measured."""
    found: dict[str, set[int]] = defaultdict(set)
    for method, seed in zip(results["method"], results["seed"], strict=True):
        found[method].add(seed)
    return {method: len(seeds) for method, seeds in found.items()}


def facts(results: pd.DataFrame, column: str) -> dict[str, object]:
    """Metric to its first `unit` or `higher_is_better`."""
    first = results.drop_duplicates("metric")
    return dict(zip(first["metric"], first[column], strict=True))


def paths_of(results: pd.DataFrame) -> dict[Cell, tuple[str, ...]]:
    """The records behind each mean, in order of seed."""
    ordered = results.sort_values(["method", "metric", "seed"])
    found: dict[Cell, tuple[str, ...]] = {}
    for method, metric, path in ordered[["method", "metric", "path"]].itertuples(index=False):
        found[method, metric] = (*found.get((method, metric), ()), path)
    return found
