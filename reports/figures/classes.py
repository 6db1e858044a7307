"""Two methods class by class: where one of them gains, and where it loses."""

from math import isfinite

from matplotlib.lines import Line2D

from reports.cells import signed
from reports.comparisons import Comparison
from reports.evidence import ClassDifference, ClassDifferences, Evidence
from reports.figures.drawing import INK, SMALL, Figure, finished, quiet
from reports.figures.marks import SIZE, limits, mark, whisker
from reports.figures.rows import Chart, Panel, chart
from reports.slugs import slug
from reports.vocabulary import Style, method_label, method_styles, metric_label

MOST = 30  # classes with a row each; of more, ENDS at either end
ENDS = 12
STRIP = 1.1  # inches for all classes at once
OF_ONE_CLASS = {"miou": "IoU"}  # a mean over classes has another name where there is one


def class_figures(comparison: Comparison, evidence: Evidence) -> list[Figure]:
    """One for each pair of methods and metric that the evidence has class by class."""
    found = []
    for held in evidence.classes:
        rows = sorted(
            (row for row in held.rows if isfinite(row.interval.estimate)),
            key=lambda row: (-row.interval.estimate, row.name),
        )
        if rows:
            found.append(draw_classes(comparison, held, rows))
    return found


def draw_classes(
    comparison: Comparison, held: ClassDifferences, rows: list[ClassDifference]
) -> Figure:
    first, second = method_label(held.first), method_label(held.second)
    label = OF_ONE_CLASS.get(held.metric, metric_label(held.metric))
    name = slug(comparison.slug, "classes", held.metric, held.first, held.second)
    styles = method_styles([*comparison.methods, held.first, held.second])
    ahead, behind = styles[held.first], styles[held.second]
    few = len(rows) <= MOST
    shown = rows if few else [*rows[:ENDS], *rows[-ENDS:]]
    ends = (end for row in rows for end in (row.interval.low, row.interval.high))
    with quiet(name):
        drawn = chart(
            [row.name for row in shown],
            [Panel(*limits([0.0, *ends], margin=0.04))],
            label=f"difference in {label} (percent points)",
            numbers=[signed(row.interval.estimate, 1) for row in shown],
            handles=[handle(first, ahead), handle(second, behind)],
            size=SMALL,
            gap=0.06,
            above=0.0 if few else STRIP,
        )
        (axes,) = drawn.panels
        axes.axvline(0, color=INK, linewidth=1)
        for y, row in zip(drawn.at, shown, strict=True):
            style = ahead if row.interval.estimate > 0 else behind
            apart = not holds_zero(row)
            room = 0.0 if apart else drawn.half_mark()
            whisker(axes, y, row.interval, style, room=room)
            axes.plot([row.interval.estimate], [y], **mark(style, filled=apart, size=SIZE - 1))
        if not few:
            axes.axhline(drawn.tops[ENDS], color=INK, linewidth=0.8, alpha=0.5)
            draw_strip(drawn, rows, ahead, behind)
        return finished(
            drawn.canvas,
            name=name,
            title=f"{comparison.title}: {label} of each class, {first} against {second}",
            caption=caption(rows, first, second, few=few, unknown=len(held.rows) - len(rows)),
            alt=f"{label} of {len(rows)} classes, {first} minus {second}, from "
            f"{spoken(rows[0])} to {spoken(rows[-1])}",
        )


def draw_strip(drawn: Chart, rows: list[ClassDifference], ahead: Style, behind: Style) -> None:
    """Every class as a thin line over the rows, on the same axis."""
    below = drawn.panels[0].get_position()
    height = drawn.canvas.get_figheight()
    box = (below.x0, below.y1 + 0.1 / height, below.width, (STRIP - 0.15) / height)
    axes = drawn.canvas.add_axes(box, sharex=drawn.panels[0])
    for rank, row in enumerate(rows):
        colour = (ahead if row.interval.estimate > 0 else behind).colour
        axes.plot([row.interval.low, row.interval.high], [rank] * 2, color=colour, linewidth=0.6)
    middle = [row.interval.estimate for row in rows]
    axes.plot(middle, range(len(rows)), color=INK, linewidth=1.4)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_ylim(len(rows), -1)
    axes.set_yticks([(len(rows) - 1) / 2], [f"all {len(rows)}"])
    axes.tick_params(axis="both", length=0, labelbottom=False)
    axes.grid(visible=False, axis="y")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def handle(name: str, style: Style) -> Line2D:
    return Line2D([], [], label=f"{name} ahead", **mark(style, filled=True))


def holds_zero(row: ClassDifference) -> bool:
    return row.interval.low <= 0 <= row.interval.high


def spoken(row: ClassDifference) -> str:
    return f"{row.name} {signed(row.interval.estimate, 1)}"


def caption(
    rows: list[ClassDifference], first: str, second: str, *, few: bool, unknown: int
) -> str:
    over = " or ".join(sorted({row.interval.over for row in rows}))
    clear = [row.interval.estimate for row in rows if not holds_zero(row)]
    gains = sum(estimate > 0 for estimate in clear)
    said = f"Lines are 95 % intervals over {over}, not corrected for the number of classes; "
    said += f"hollow: the interval holds zero. {first} is clearly ahead in {gains} of {len(rows)} "
    said += f"classes, {second} in {len(clear) - gains}."
    if not few:
        said += f" Shown by name: the {ENDS} classes at either end; above: all, the line across "
        said += "them their differences."
    return f"{said} No score for {unknown} more." if unknown else said
