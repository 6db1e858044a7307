"""Methods by size of model: does the order of the targets hold from tiny to huge?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.figures.drawing import WIDTH, Figure, finished, quiet
from reports.figures.lettering import wrapped
from reports.figures.marks import dashes, key, limits, mark
from reports.slugs import slug
from reports.summary import by_seed
from reports.vocabulary import (
    METHODS,
    Style,
    in_order,
    method_label,
    method_styles,
    metric_label,
)

ARCHS = ("tiny", "small", "base", "large", "huge")
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


def size_points(
    groups: Sequence[tuple[Comparison, Evidence]],
    metric: str,
    *,
    published: Mapping[tuple[str, str], float],
) -> list[SizePoint]:
    """Of comparisons that differ in the size of the model. `published` is by method and arch.

    The interval is that of the evidence, else the lowest and the highest seed.
    """
    points = []
    for comparison, evidence in groups:
        arch, values = str(comparison.key["arch"]), by_seed(comparison.results)
        for method in comparison.methods:
            seeds = list(values.get((method, metric), {}).values())
            known = published.get((method, arch))
            interval = evidence.intervals.get((method, metric))
            low, high = (min(seeds), max(seeds)) if len(seeds) > 1 else (None, None)
            if interval:
                low, high = interval.low, interval.high
            if seeds or known is not None:
                value = sum(seeds) / len(seeds) if seeds else None
                points.append(SizePoint(method, arch, value, low, high, known))
    return points


def size_figures(
    points: Sequence[SizePoint], metric: str, *, name: str, title: str, bars: str
) -> list[Figure]:
    """None for fewer than two sizes. `bars` says what the error bars are, where there are any."""
    archs = in_order((point.arch for point in points), ARCHS)
    methods = in_order((point.method for point in points), METHODS)
    if len(archs) < 2:
        return []
    label, slugged = metric_label(metric), slug(name, "models", metric)
    styles = method_styles(methods)
    with quiet(slugged):
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
        return [
            finished(
                canvas,
                name=slugged,
                title=f"{title}: {label} by size of the model",
                caption=caption(points, bars),
                alt=f"{label} over {', '.join(archs)}, one line a method, for {named}",
            )
        ]


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


def caption(points: Sequence[SizePoint], bars: str) -> str:
    said = ["filled and joined: ours"]
    if any(point.low is not None for point in points):
        said.append(f"bars: {bars}")
    if any(point.published is not None for point in points):
        said.append("hollow: published")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."
