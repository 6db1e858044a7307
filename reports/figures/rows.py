"""Charts read down the side: names at the left, marks in one or more panels, numbers at the right.

Laid out by hand, in inches, because a row is as high as its name has lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from reports.figures.drawing import SMALL, WIDTH
from reports.figures.lettering import text_height, text_width, wrapped
from reports.figures.marks import SIZE, key

NAMES = 1.45  # inches; longer names are broken
EDGE = 0.1
BETWEEN = 0.24  # panels: the last number of one axis and the first of the next
LABEL = 10.0


@dataclass(frozen=True)
class Panel:
    """`title` stands above, `low` and `high` are the ends of its axis."""

    low: float
    high: float
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """`at` is where each row's middle lies and `tops` where it begins, in inches from the top."""

    canvas: Canvas
    panels: tuple[Axes, ...]
    at: tuple[float, ...]
    tops: tuple[float, ...]

    def half_mark(self, panel: int = 0) -> float:
        """Half the width of a mark, and a little air, in units of the panel's axis."""
        axes = self.panels[panel]
        low, high = axes.get_xlim()
        inches = axes.get_position().width * WIDTH
        return (high - low) * (SIZE / 2 + 0.7) / 72 / inches


def chart(
    names: Sequence[str],
    panels: Sequence[Panel],
    *,
    label: str,
    numbers: Sequence[str] = (),
    handles: Sequence[Line2D] = (),
    size: float = 10.0,
    gap: float = 0.15,
    above: float = 0.0,
) -> Chart:
    """Empty panels of one row a name. `gap` lies between rows, `above` is kept free over them."""
    canvas = Canvas(figsize=(WIDTH, 1))
    written = [wrapped(name, NAMES, size) for name in names]
    heights = [text_height(name, size) + gap for name in written]
    tops = tuple(sum(heights[:i]) for i in range(len(heights)))
    at = tuple(top + height / 2 for top, height in zip(tops, heights, strict=True))
    lines = [line for name in written for line in name.split("\n")]
    left = EDGE + max((text_width(line, size) for line in lines), default=0) + EDGE
    right = max((text_width(number, SMALL) for number in numbers), default=0) + 2 * EDGE
    width = (WIDTH - left - right - BETWEEN * (len(panels) - 1)) / len(panels)
    middle = (left + WIDTH - right) / 2
    label = wrapped(label, 2 * min(middle, WIDTH - middle) - EDGE, LABEL)
    named = key(canvas, handles) if handles else 0.0
    head = named + above + (0.24 if any(panel.title for panel in panels) else 0.05)
    foot = 0.3 + text_height(label, LABEL)
    height = head + sum(heights) + foot
    canvas.set_size_inches(WIDTH, height)
    drawn = []
    for i, panel in enumerate(panels):
        box = (left + i * (width + BETWEEN), foot, width, sum(heights))
        axes = canvas.add_axes((box[0] / WIDTH, box[1] / height, box[2] / WIDTH, box[3] / height))
        axes.set_xlim(panel.low, panel.high)
        axes.set_ylim(sum(heights), 0)
        axes.set_yticks(at, written if i == 0 else [""] * len(at), fontsize=size)
        axes.tick_params(axis="y", length=0, pad=EDGE * 72 * 0.8)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(max(2, int(width / 0.36)), steps=[1, 2, 5, 10]))
        axes.set_title(panel.title, fontsize=SMALL, pad=4)
        drawn.append(axes)
    for y, number in zip(at, numbers, strict=bool(numbers)):
        x = (WIDTH - EDGE) / WIDTH
        where = 1 - (head + y) / height
        canvas.text(x, where, number, fontsize=SMALL, ha="right", va="center_baseline")
    canvas.text(middle / WIDTH, 0.04 / height, label, fontsize=LABEL, ha="center", va="bottom")
    return Chart(canvas, tuple(drawn), at, tops)
