"""Names in a column right of a drawing, each joined to its mark: they can never overlap."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.figures.drawing import INK, SMALL, WIDTH
from reports.figures.lettering import text_height, text_width, wrapped
from reports.figures.marks import mark
from reports.vocabulary import Style

LEFT, RIGHT, TOP, FOOT = 0.6, 0.08, 0.08, 0.48  # inches around axes and column
COLUMN = 1.4  # inches of a name, at most
FAN = 0.22  # inches in which the lines from the marks spread
AIR = 0.07  # inches between names


def named_axes(names: Sequence[str], *, label: str, at_least: float) -> tuple[Canvas, Axes]:
    """Axes with a column for the names, high enough to hold them all."""
    lines = [line for name in names for line in wrapped(name, COLUMN, SMALL).split("\n")]
    column = max(text_width(line, SMALL) for line in lines)
    needed = sum(text_height(wrapped(name, COLUMN, SMALL), SMALL) + AIR for name in names)
    inside = max(at_least, needed)
    width = WIDTH - LEFT - FAN - 0.15 - column - RIGHT
    middle = LEFT + width / 2
    label = wrapped(label, 2 * (middle - RIGHT), 10)
    foot = FOOT + text_height(label, 10) - text_height("", 10)
    height = TOP + inside + foot
    canvas = Canvas(figsize=(WIDTH, height))
    axes = canvas.add_axes((LEFT / WIDTH, foot / height, width / WIDTH, inside / height))
    canvas.text(middle / WIDTH, 0.04 / height, label, fontsize=10, ha="center", va="bottom")
    return canvas, axes


def name_marks(axes: Axes, marks: Sequence[tuple[str, Style, bool, float, float]]) -> None:
    """Each is name, style, whether filled, x, y. The ends of both axes have to be set before."""
    to_axes = axes.transData + axes.transAxes.inverted()
    box, canvas = axes.get_position(), axes.get_figure()
    assert canvas is not None
    width, height = box.width * WIDTH, box.height * float(canvas.bbox.height) / canvas.dpi
    placed = sorted(marks, key=lambda one: (one[4], one[0]))
    texts = [wrapped(name, COLUMN, SMALL) for name, *_ in placed]
    points = [to_axes.transform((x, y)) for *_, x, y in placed]
    sizes = [(text_height(text, SMALL) + AIR) / height for text in texts]
    middles = spread_apart([float(point[1]) for point in points], sizes)
    for (_, style, filled, *_), text, point, middle in zip(
        placed, texts, points, middles, strict=True
    ):
        fan = 1 + FAN / width
        axes.plot(
            *([point[0], 1, fan], [point[1], point[1], middle]),
            transform=axes.transAxes,
            color=INK,
            alpha=0.35,
            linewidth=0.7,
            clip_on=False,
            zorder=1,
        )
        here = fan + 0.06 / width
        axes.plot(
            [here], [middle], transform=axes.transAxes, clip_on=False, **mark(style, filled=filled)
        )
        axes.text(
            *(here + 0.09 / width, middle, text),
            transform=axes.transAxes,
            fontsize=SMALL,
            va="center",
        )


def spread_apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Middles as near as may be to the wanted ones, in their order, none over another, in 0…1.

    Neighbours that are too close are moved together, as one block about the mean of their wishes.
    """
    blocks: list[tuple[list[int], float]] = []  # rows from the bottom, where the block begins
    for i, (middle, size) in enumerate(zip(wanted, sizes, strict=True)):
        block, start = [i], clamped(middle - size / 2, size)
        while blocks and blocks[-1][1] + sum(sizes[j] for j in blocks[-1][0]) > start:
            block = [*blocks.pop()[0], *block]
            starts = [
                wanted[j] - sizes[j] / 2 - sum(sizes[k] for k in block[:n])
                for n, j in enumerate(block)
            ]
            start = clamped(sum(starts) / len(starts), sum(sizes[j] for j in block))
        blocks.append((block, start))
    found = []
    for block, start in blocks:
        for i in block:
            found.append(start + sizes[i] / 2)
            start += sizes[i]
    return found


def clamped(start: float, size: float) -> float:
    return max(0.0, min(start, 1.0 - size))
