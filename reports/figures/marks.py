"""Marks that figures have in common: an interval with its estimate, a key, the ends of an axis."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from reports.evidence import Interval
from reports.figures.drawing import SMALL, WIDTH
from reports.figures.lettering import wrapped
from reports.vocabulary import Style

SIZE = 6.5  # points across
HANDLE = 0.5  # inches in front of a name in the key: line and gaps


def whisker(axes: Axes, y: float, interval: Interval, style: Style, *, room: float = 0.0) -> None:
    """A line with ends. `room`, in units of the axis, is left free on both sides of the estimate:
    the inside of a hollow mark is empty."""
    low, middle, high = interval.low, interval.estimate, interval.high
    for start, stop in ((low, min(high, middle - room)), (max(low, middle + room), high)):
        if start < stop:
            axes.plot([start, stop], [y, y], color=style.colour, linewidth=1.6)
    for end in (low, high):
        axes.plot([end], [y], color=style.colour, linestyle="none", marker="|", markersize=6)


def mark(style: Style, *, filled: bool, size: float = SIZE) -> dict[str, Any]:
    """How a method's marker is drawn. A cross has no inside: where others are hollow, it is fat."""
    marker = "X" if style.marker == "x" and not filled else style.marker
    return {
        "linestyle": "none",
        "marker": marker,
        "markersize": size + (1 if marker in "*xX" else 0),
        "markerfacecolor": style.colour if filled else "none",
        "markeredgecolor": style.colour,
        "markeredgewidth": 1.4,
    }


def dashes(style: Style) -> Any:
    return (0, style.dash) if style.dash else "-"


def limits(values: Iterable[float], *, margin: float = 0.08) -> tuple[float, float]:
    """The ends of an axis: a little more than its values span, and something for a single one."""
    finite = [value for value in values if isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    room = (high - low) * margin or max(abs(high) * 0.05, 0.5)
    return low - room, high + room


def key(canvas: Canvas, handles: Sequence[Line2D]) -> float:
    """Names above the drawing, in two columns. Returns its height in inches."""
    columns = min(2, len(handles))
    for handle in handles:
        width = (WIDTH - 0.2) / columns - HANDLE
        handle.set_label(wrapped(str(handle.get_label()), width, SMALL))
    legend = canvas.legend(
        handles=list(handles),
        loc="outside upper left",
        ncols=columns,
        handlelength=2.6,
        handletextpad=0.6,
        columnspacing=1.0,
        borderaxespad=0.6,
        borderpad=0,
        labelspacing=0.35,
    )
    if isinstance(engine := canvas.get_layout_engine(), ConstrainedLayoutEngine):
        engine.set(h_pad=0.08)
    renderer = FigureCanvasAgg(canvas).get_renderer()
    return float(legend.get_window_extent(renderer).height) / canvas.dpi + 0.14
