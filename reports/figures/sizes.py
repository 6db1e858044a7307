"""Methods by size of model: does the order of the targets hold from tiny to huge?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.comparisons import Comparison, name_of
from reports.evidence import Evidence
from reports.figures.drawing import WIDTH, Figure, finished, quiet
from reports.figures.lettering import wrapped
from reports.figures.marks import dashes, key, limits, mark
from reports.slugs import slug
from reports.summary import by_seed
from reports.tables.beside import beside
from reports.vocabulary import (
    ARCHS,
    METHODS,
    Style,
    headline_metrics,
    in_order,
    method_label,
    method_styles,
    metric_label,
)

Group = tuple[Comparison, Evidence]
OF_A_SIZE = {"arch", "protocol", "protocol_sha256", "sweep_sha256"}
PLOT = 3.0  # inches from the axis label to the key


@dataclass(frozen=True)
class SizePoint:
    """One method at one size. `value` is missing where only a paper has the number."""

    method: str
    arch: str
    value: float | None
    low: float | None = None
    high: float | None = None
    published: float | None = None


def size_figures(groups: Sequence[Group]) -> list[Figure]:
    """One per headline metric and family of comparisons that differ in the size of the model."""
    found = []
    for family in families(groups):
        first = family[0][0]
        metrics = headline_metrics(first.task, set(first.results["metric"]))
        for metric in metrics:
            points = [point for group in family for point in size_points(*group, metric)]
            if len({point.arch for point in points}) > 1:
                protocols = [str(comparison.key["protocol"]) for comparison, _ in family]
                found.append(
                    draw_sizes(
                        points,
                        label=metric_label(metric),
                        name=slug(first.slug, "models", metric),
                        title=name_of(first.key),
                        caption=caption(points, family, list(dict.fromkeys(protocols))),
                    )
                )
    return found


def families(
    groups: Sequence[Group],
) -> list[list[Group]]:
    """Alike but for the size of the model and the schedule that a protocol has for it."""
    found: dict[tuple[str, ...], list[Group]] = {}
    for group in groups:
        key = group[0].key
        same = [str(value) for name, value in key.items() if name not in OF_A_SIZE]
        protocol = re.sub(r"\b(vit|vitdet)-[a-z]+", r"\1", str(key["protocol"]).replace("_", " "))
        protocol = re.sub(r"\b\d+e\b", "", protocol)
        found.setdefault((*same, protocol), []).append(group)
    return [family for family in found.values() if one_a_size(family)]


def one_a_size(family: Sequence[Group]) -> bool:
    """Two protocols for one size would give one line two values."""
    archs = [comparison.key["arch"] for comparison, _ in family]
    return len(archs) > 1 and len(archs) == len(set(archs))


def size_points(comparison: Comparison, evidence: Evidence, metric: str) -> list[SizePoint]:
    """The interval is that of the evidence, else from the lowest to the highest seed."""
    arch, values = str(comparison.key["arch"]), by_seed(comparison.results)
    published = beside(comparison, [metric])
    points = []
    for method in comparison.methods:
        seeds = list(values.get((method, metric), {}).values())
        low, high = evidence.reach((method, metric), seeds)
        known = published.value(method, metric)
        if seeds or known:
            value = sum(seeds) / len(seeds) if seeds else None
            number = float(known) if known else None
            points.append(SizePoint(method, arch, value, low, high, number))
    return points


def draw_sizes(
    points: Sequence[SizePoint], *, label: str, name: str, title: str, caption: str
) -> Figure:
    archs = in_order((point.arch for point in points), ARCHS)
    methods = in_order((point.method for point in points), METHODS)
    styles = method_styles(methods)
    with quiet(name):
        canvas = Canvas(figsize=(WIDTH, 1), layout="constrained")
        axes = canvas.add_subplot()
        handles = []
        for i, method in enumerate(methods):
            shift = 0.4 * ((i + 0.5) / len(methods) - 0.5)  # so that error bars do not coincide
            own = {point.arch: point for point in points if point.method == method}
            at = [(rank + shift, own[arch]) for rank, arch in enumerate(archs) if arch in own]
            draw_method(axes, at, styles[method])
            handles.append(handle(method, styles[method]))
        axes.set_xlim(-0.5, len(archs) - 0.5)
        axes.set_xticks(range(len(archs)), [wrapped(a, 3.6 / len(archs), 9) for a in archs])
        axes.grid(visible=False, axis="x")
        axes.set_ylim(*limits(shown(points)))
        axes.set_xlabel("size of the model")
        axes.set_ylabel(wrapped(label, PLOT, 10))
        canvas.set_size_inches(WIDTH, PLOT + key(canvas, handles))
        named = ", ".join(method_label(method) for method in methods)
        return finished(
            canvas,
            name=name,
            title=f"{title}: {label} by size of the model",
            caption=caption,
            alt=f"{label} over {', '.join(archs)}, one line a method, for {named}",
        )


def draw_method(axes: Axes, at: list[tuple[float, SizePoint]], style: Style) -> None:
    """Our numbers filled and joined, those of papers hollow and alone."""
    ours = [(x, point.value) for x, point in at if point.value is not None]
    if ours:
        axes.plot(*zip(*ours, strict=True), color=style.colour, linestyle=dashes(style))
    for x, point in at:
        if point.low is not None and point.high is not None:
            axes.plot([x, x], [point.low, point.high], color=style.colour, linewidth=1.2)
        if point.value is not None:
            axes.plot([x], [point.value], **mark(style, filled=True))
        if point.published is not None:
            axes.plot([x], [point.published], **mark(style, filled=False), zorder=3)


def handle(method: str, style: Style) -> Line2D:
    return Line2D(
        [],
        [],
        label=method_label(method),
        color=style.colour,
        **{**mark(style, filled=True), "linestyle": dashes(style)},
    )


def shown(points: Sequence[SizePoint]) -> list[float]:
    numbers = (n for p in points for n in (p.value, p.low, p.high, p.published))
    return [number for number in numbers if number is not None and isfinite(number)]


def caption(
    points: Sequence[SizePoint],
    family: Sequence[Group],
    protocols: Sequence[str],
) -> str:
    said = ["filled and joined: ours"]
    intervals = {i.over for _, evidence in family for i in evidence.intervals.values()}
    if any(point.low is not None for point in points):
        over = f"95 % intervals over {' or '.join(sorted(intervals))}"
        said.append(f"bars: {over if intervals else 'lowest to highest seed'}")
    if any(point.published is not None for point in points):
        said.append("hollow: published, with the sources under the tables")
    text = "; ".join(said)
    text = f"{text[0].upper()}{text[1:]}."
    return f"{text} Protocols: {', '.join(protocols)}." if len(protocols) > 1 else text
