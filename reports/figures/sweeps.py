"""One setting varied, such as the mask ratio or the schedule, over the curve a paper published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from reports.figures.drawing import INK, SMALL, WIDTH, Figure, finished, quiet
from reports.figures.lettering import wrapped
from reports.figures.marks import key, limits, mark
from reports.vocabulary import METHODS, Style, in_order, method_label, method_styles

PANELS = ("fine-tuning", "linear probing")
GREY: dict[str, Any] = {"color": INK, "alpha": 0.6, "linestyle": (0, (4, 2)), "linewidth": 1.4}
DOUBLING = 10  # times from the first to the last setting; beyond, the axis is one of doublings


@dataclass(frozen=True)
class SweepPoint:
    """One run of ours, or the mean of its seeds. `panel` is what was measured how."""

    panel: str
    method: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class PublishedCurve:
    """What a paper has for one panel, and where it stands there."""

    panel: str
    points: tuple[tuple[float, float], ...]
    source: str


@dataclass(frozen=True)
class Strip:
    """One axis: ours, published, or both where one scale can hold them."""

    title: str
    ours: tuple[SweepPoint, ...]
    published: tuple[PublishedCurve, ...]


def sweep_figures(
    ours: Sequence[SweepPoint],
    published: Sequence[PublishedCurve],
    *,
    name: str,
    title: str,
    setting: str,
    label: str,
    bars: str,
) -> list[Figure]:
    """Panels one over the other, sharing the setting; none where we have no two settings.

    `bars` says what low and high are, where there are any.
    """
    if len({point.x for point in ours}) < 2:
        return []
    methods = in_order((point.method for point in ours), METHODS)
    styles = method_styles(methods)
    found = strips(ours, published)
    with quiet(name):
        canvas = Canvas(figsize=(WIDTH, 1), layout="constrained")
        ratios = [2.0 if strip.ours else 1.2 for strip in found]
        grid = canvas.subplots(
            len(found), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": ratios}
        )
        for axes, strip in zip(grid[:, 0], found, strict=True):
            draw_strip(axes, strip, methods, styles)
            axes.set_ylabel(wrapped(label, 1.2, 10))
        last = grid[-1, 0]
        last.set_xlabel(setting)
        known = [p for strip in found for p in strip.published]
        scale(last, [p.x for p in ours] + [x for curve in known for x, _ in curve.points])
        handles = [handle(method, styles[method]) for method in methods]
        if known:
            handles.append(Line2D([], [], label="published", marker=".", **GREY))
        canvas.set_size_inches(WIDTH, sum(ratios) + 0.5 + key(canvas, handles))
        named = ", ".join(method_label(method) for method in methods)
        return [
            finished(
                canvas,
                name=name,
                title=title,
                caption=caption(found, bars),
                alt=f"{label} over {setting}, {' and '.join(s.title for s in found)}, for {named}",
            )
        ]


def strips(ours: Sequence[SweepPoint], published: Sequence[PublishedCurve]) -> list[Strip]:
    """An axis a panel, and one more above it where the paper's numbers are far from ours."""
    found = []
    for panel in in_order((point.panel for point in ours), PANELS):
        own = tuple(point for point in ours if point.panel == panel)
        known = tuple(curve for curve in published if curve.panel == panel and curve.points)
        theirs = [y for curve in known for _, y in curve.points]
        if theirs and far_apart([point.y for point in own], theirs):
            found += [Strip(f"{panel}, published", (), known), Strip(f"{panel}, ours", own, ())]
        else:
            found.append(Strip(panel, own, known))
    return found


def far_apart(ours: list[float], theirs: list[float]) -> bool:
    """Whether a common axis would spend more on the gap than on either curve."""
    gap = max(min(theirs) - max(ours), min(ours) - max(theirs))
    return gap > max(max(ours) - min(ours), max(theirs) - min(theirs))


def draw_strip(axes: Axes, strip: Strip, methods: list[str], styles: dict[str, Style]) -> None:
    for curve in strip.published:
        axes.plot(*zip(*sorted(curve.points), strict=True), marker=".", **GREY)
    for method in methods:
        style = styles[method]
        points = sorted((p for p in strip.ours if p.method == method), key=lambda p: p.x)
        axes.plot([p.x for p in points], [p.y for p in points], **line(style))
        for point in points:
            if point.low is not None and point.high is not None:
                axes.plot([point.x] * 2, [point.low, point.high], color=style.colour, linewidth=1.2)
    ends = (n for p in strip.ours for n in (p.y, p.low, p.high) if n is not None)
    axes.set_ylim(*limits([*ends, *(y for curve in strip.published for _, y in curve.points)]))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.set_title(strip.title, fontsize=SMALL, loc="left", pad=4)


def line(style: Style) -> dict[str, Any]:
    """Ours are solid whatever the method: dashes mean published here."""
    return {**mark(style, filled=True), "linestyle": "-", "color": style.colour, "linewidth": 1.8}


def handle(method: str, style: Style) -> Line2D:
    return Line2D([], [], label=method_label(method), **line(style))


def scale(axes: Axes, settings: list[float]) -> None:
    """Schedules that double are evenly spaced, with every setting written where there is room;
    ratios and other fractions are not."""
    low, high = min(settings), max(settings)
    if low >= 1 and high >= DOUBLING * low:
        axes.set_xscale("log", base=2)
        shown = sorted(set(settings))
        axes.xaxis.set_major_locator(FixedLocator(shown[:: len(shown) // 8 + 1]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def caption(found: list[Strip], bars: str) -> str:
    said = "Solid: ours"
    if any(point.low is not None for strip in found for point in strip.ours):
        said += f", bars: {bars}"
    sources = list(dict.fromkeys(c.source for strip in found for c in strip.published))
    if not sources:
        return f"{said}. No published curve for this setting."
    said += f"; dashed grey: {'; '.join(sources)}"
    apart = any(not strip.ours for strip in found)
    return f"{said}, on an axis of its own, as it is far from ours." if apart else f"{said}."
