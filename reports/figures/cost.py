"""What a score costs: hours, speed and memory of the runs behind it."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from reports.comparisons import Comparison
from reports.evidence import Evidence, Interval
from reports.figures.drawing import Figure, finished, quiet
from reports.figures.hours import Hours, hours_of
from reports.figures.lettering import wrapped
from reports.figures.marks import limits, mark
from reports.figures.name_column import name_marks, named_axes
from reports.slugs import slug
from reports.summary import over_seeds
from reports.vocabulary import headline_metrics, method_label, method_styles, metric_label

LOG = 10  # times from the cheapest to the dearest; beyond, the axis is logarithmic
HEIGHT = 2.4  # inches of the axes, at least


@dataclass(frozen=True)
class CostPoint:
    """`whole` is False where a part of the cost is unknown and `x` is the rest."""

    method: str
    x: float
    y: float
    interval: Interval | None
    whole: bool = True


def cost_figures(comparison: Comparison, evidence: Evidence, results: pd.DataFrame) -> list[Figure]:
    """Hours, images/s and memory against the first headline metric, where two methods have them.

    `results` is the frame of the whole report: it also holds the pre-training runs.
    """
    measured = set(comparison.results["metric"])
    metrics = [m for m in headline_metrics(comparison.task, measured) if m in measured]
    if not metrics:
        return []
    metric, runs = metrics[0], comparison.results.drop_duplicates("path")
    hours = hours_of(comparison, results)
    speed = {m: (v, True) for m, v in means(runs, "images_per_second").items()}
    memory = {m: (v / 1e9, True) for m, v in means(runs, "peak_memory_bytes").items()}
    drawn = [
        draw_cost(comparison, evidence, metric, hours.known, "hours", *in_words(hours)),
        draw_cost(
            *(comparison, evidence, metric, speed, "speed", "images/s"),
            "Images per second of the transfer, more is faster.",
        ),
        draw_cost(
            *(comparison, evidence, metric, memory, "memory", "peak memory (GB)"),
            "Peak memory of the transfer, 1 GB = 10⁹ bytes.",
        ),
    ]
    return [figure for figure in drawn if figure]


def means(runs: pd.DataFrame, column: str) -> dict[str, float]:
    """By method, over the seeds that recorded it."""
    known = pd.to_numeric(runs[column]).groupby(runs["method"]).mean().dropna()
    return {str(method): float(value) for method, value in known.items()}


def in_words(hours: Hours) -> tuple[str, str]:
    """The axis label and the caption: what is counted, and what is not."""
    unit = "device-hours" if hours.by_device else "hours"
    said = ["Pre-training and transfer of one seed, means over seeds."]
    if not hours.by_device:
        said.append("Hours by the clock: not every run says on how many devices it ran.")
    if not all(whole for _, whole in hours.known.values()):
        said.append("Hollow: how long pre-training took is unknown, so transfer alone.")
    return unit, " ".join([*said, *hours.not_counted])


def draw_cost(
    comparison: Comparison,
    evidence: Evidence,
    metric: str,
    cost: dict[str, tuple[float, bool]],
    what: str,
    label: str,
    caption: str,
) -> Figure | None:
    scores = over_seeds(comparison.results)
    points = [
        CostPoint(method, cost[method][0], scores[method, metric].mean, interval, cost[method][1])
        for method in comparison.methods
        if method in cost and (method, metric) in scores
        for interval in [evidence.intervals.get((method, metric))]
    ]
    if len(points) < 2:
        return None
    name, styles = slug(comparison.slug, "cost", what), method_styles(comparison.methods)
    labels = [method_label(point.method) for point in points]
    over = sorted({point.interval.over for point in points if point.interval})
    if over:
        caption += f" Bars are 95 % intervals over {' or '.join(over)}."
    absent = [
        method_label(method)
        for method in comparison.methods
        if (method, metric) in scores and method not in cost
    ]
    if absent:
        caption += f" Not recorded for {', '.join(absent)}."
    with quiet(name):
        canvas, axes = named_axes(labels, label=label, at_least=HEIGHT)
        scale(axes, [point.x for point in points])
        ends = [n for p in points if p.interval for n in (p.interval.low, p.interval.high)]
        axes.set_ylim(*limits([*ends, *(point.y for point in points)]))
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.set_ylabel(wrapped(metric_label(metric), HEIGHT, 10))
        for point in points:
            style = styles[point.method]
            if point.interval:
                bar = [point.interval.low, point.interval.high]
                axes.plot([point.x] * 2, bar, color=style.colour, linewidth=1.2)
            axes.plot([point.x], [point.y], **mark(style, filled=point.whole))
        name_marks(
            axes,
            [
                (text, styles[point.method], point.whole, point.x, point.y)
                for text, point in zip(labels, points, strict=True)
            ],
        )
        return finished(
            canvas,
            name=name,
            title=f"{comparison.title}: {metric_label(metric)} against {label}",
            caption=caption,
            alt=f"{metric_label(metric)} against {label}: "
            + "; ".join(
                f"{text} {point.y:.1f} at {point.x:.3g}"
                for text, point in zip(labels, points, strict=True)
            ),
        )


def scale(axes: Axes, costs: list[float]) -> None:
    """Logarithmic where the dearest costs more than ten times the cheapest; plain numbers on it."""
    low, high = min(costs), max(costs)
    if low > 0 and high > LOG * low:
        room = (high / low) ** 0.06
        axes.set_xscale("log")
        axes.set_xlim(low / room, high * room)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 300 * low else (1.0, 3.0)))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(*limits(costs))
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
