"""Comparisons and evidence of any size, made by code, with names that are hard to set."""

import random
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from reports.comparisons import Comparison
from reports.evidence import (
    ClassDifference,
    ClassDifferences,
    Difference,
    Evidence,
    Interval,
)

NAMES = (
    *("random", "supervised", "mae-pixel", "mae-pixel-norm", "mae-dvae-token"),
    *("mae-perceptual-vq-token", "mae-vq-token", "mae-hog", "moco-v3"),
    "$x_1$ <b>模型</b> & a very long name that goes on and on",
    "ein-sehr-langer-Name-ohne-jede-Leerstelle",
    "Donaudampfschifffahrtsgesellschaftskapitän",
)
COCO = ("box_ap", "mask_ap", *(f"{kind}_ap_{size}" for kind in ("box", "mask") for size in "sml"))


def make_comparison(
    methods: Sequence[str] = NAMES,
    *,
    task: str = "coco",
    metrics: Sequence[str] = COCO,
    seeds: int = 3,
    equal: bool = False,
    **key: object,
) -> Comparison:
    """Scores that differ by about three from method to method, or not at all."""
    draw = random.Random(len(methods))
    common: dict[str, Any] = {
        "kind": "transfer",
        "suite": "demo",
        "task": task,
        "arch": "tiny",
        "target": "",
        "protocol_sha256": "ab",
        "shipped_sha256": "ab",
        "tuned": "",
    }
    common |= {name: value for name, value in key.items() if name in common}
    rows, points = [], []
    for i, method in enumerate(methods):
        for seed in range(seeds):
            run = common | {"method": method, "seed": seed, "path": f"demo/{task}/{method}/{seed}"}
            cost = {
                "wall_seconds": 60.0 + 40 * i + seed,
                "images_per_second": 20.0 - i,
                "peak_memory_bytes": 1e9 + 2e8 * i,
            }
            for j, metric in enumerate(metrics):
                value = 40.0 if equal else 10 + 3 * i + 5 * j + draw.gauss(0, 1)
                number = {"metric": metric, "value": value, "unit": "%", "higher_is_better": True}
                rows.append({**run, **cost, **number})
            for metric, length in (("loss", 40), (metrics[0], 6)):
                for step in range(length):
                    value = 1.0 if equal else (2 + i / 10) * 0.97**step * (1 + draw.random() / 10)
                    points.append({**run, "metric": metric, "iteration": step, "value": value})
    facts: dict[str, object] = {
        "suite": "demo",
        "task": task,
        "protocol": f"{task}/toy",
        "protocol_sha256": "ab",
        "arch": "tiny",
        "data": "toy",
        "data_sha256": "12",
        "limited": False,
        "n_images": 200,
        "sweep": "",
        "sweep_sha256": "",
    }
    return Comparison(
        key=facts | key,
        slug=f"demo-{task}",
        title="toy (COCO protocol)",
        apart="",
        methods=tuple(methods),
        results=pd.DataFrame(rows),
        curves=pd.DataFrame(points),
    )


def make_evidence(comparison: Comparison, *, classes: int = 0, over: str = "images") -> Evidence:
    """Intervals of a width between two and six; a difference is significant outside of its own."""
    draw = random.Random(classes)
    means = comparison.results.groupby(["method", "metric"])["value"].mean()
    cells = {(str(method), str(metric)): float(mean) for (method, metric), mean in means.items()}
    pairs = [(a, b) for i, a in enumerate(comparison.methods) for b in comparison.methods[i + 1 :]]
    pair = (comparison.methods[-1], comparison.methods[0])
    rows = (
        draw_class(f"class {i}" if i % 5 else f"tent, tv set {i}", draw) for i in range(classes)
    )
    metric = str(comparison.results["metric"].iloc[0])
    return Evidence(
        intervals={
            cell: Interval(mean, mean - 1 - draw.random(), mean + 1 + draw.random(), over)
            for cell, mean in cells.items()
        },
        differences=tuple(
            make_difference(metric, a, b, cells[a, metric] - cells[b, metric], 2 + draw.random())
            for metric in ("box_ap", "mask_ap", "miou", "top1")
            for a, b in pairs
            if (a, metric) in cells and (b, metric) in cells
        ),
        classes=(ClassDifferences(metric, *pair, tuple(rows)),) if classes else (),
    )


def draw_class(name: str, draw: random.Random) -> ClassDifference:
    middle, half = draw.gauss(1, 4), 1 + 2 * draw.random()
    return ClassDifference(
        name, 40 + middle, 40.0, Interval(middle, middle - half, middle + half, "images")
    )


def make_difference(
    metric: str, first: str, second: str, estimate: float, half: float, over: str = "images"
) -> Difference:
    p = 0.01 if abs(estimate) > half else 0.4
    interval = Interval(estimate, estimate - half, estimate + half, over)
    return Difference(metric, first, second, interval, p, p, 0.9, 2.0, (3, 3), 200)


@pytest.fixture
def comparison() -> Any:
    return make_comparison


@pytest.fixture
def evidence() -> Any:
    return make_evidence


@pytest.fixture
def difference() -> Any:
    return make_difference


@pytest.fixture
def names() -> tuple[str, ...]:
    return NAMES
