"""Average precision of small, medium and large objects, side by side."""

from reports.comparisons import Comparison
from reports.evidence import Evidence, Interval
from reports.figures.drawing import Figure, finished, quiet
from reports.figures.marks import limits, mark, whisker
from reports.figures.rows import Panel, chart
from reports.slugs import slug
from reports.summary import Cell, over_seeds
from reports.vocabulary import method_label, method_styles, metric_label

SIZES = {"s": "small", "m": "medium", "l": "large"}  # as COCO divides them: 32² and 96² pixels


def object_size_figures(comparison: Comparison, evidence: Evidence) -> list[Figure]:
    """One for boxes and one for masks, where any of the three sizes was measured."""
    means = {cell: found.mean for cell, found in over_seeds(comparison.results).items()}
    measured = {metric for _, metric in means}
    return [
        draw_sizes(comparison, evidence, means, family)
        for family in ("box_ap", "mask_ap")
        if any(f"{family}_{size}" in measured for size in SIZES)
    ]


def draw_sizes(
    comparison: Comparison, evidence: Evidence, means: dict[Cell, float], family: str
) -> Figure:
    """A panel a size, each with its own axis: sizes differ by more than methods do."""
    styles, name = method_styles(comparison.methods), slug(comparison.slug, "sizes", family)
    label, measured = metric_label(family), {metric for _, metric in means}
    sizes = {f"{family}_{size}": word for size, word in SIZES.items()}
    panels = {metric: word for metric, word in sizes.items() if metric in measured}
    methods = [m for m in comparison.methods if any((m, metric) in means for metric in panels)]
    cells = [(m, metric) for m in methods for metric in panels if (m, metric) in means]
    intervals = {c: interval for c in cells if (interval := evidence.intervals.get(c))}
    with quiet(name):
        drawn = chart(
            [method_label(method) for method in methods],
            [
                Panel(*limits(reach(metric, cells, means, intervals)), title=word)
                for metric, word in panels.items()
            ],
            label=label,
        )
        at = dict(zip(methods, drawn.at, strict=True))
        axes = dict(zip(panels, drawn.panels, strict=True))
        for method, metric in cells:
            if interval := intervals.get((method, metric)):
                whisker(axes[metric], at[method], interval, styles[method])
            axes[metric].plot(
                [means[method, metric]], [at[method]], **mark(styles[method], filled=True)
            )
        absent = [word for metric, word in sizes.items() if metric not in measured]
        gaps = len(cells) < len(methods) * len(panels)
        return finished(
            drawn.canvas,
            name=name,
            title=f"{comparison.title}: {label} by size of object",
            caption=caption(absent, gaps=gaps, over={i.over for i in intervals.values()}),
            alt=f"{label} of {', '.join(panels.values())} objects for "
            + ", ".join(method_label(method) for method in methods),
        )


def reach(
    metric: str, cells: list[Cell], means: dict[Cell, float], intervals: dict[Cell, Interval]
) -> list[float]:
    """Every number that the metric's axis has to hold."""
    shown = [cell for cell in cells if cell[1] == metric]
    ends = [end for c in shown if c in intervals for end in (intervals[c].low, intervals[c].high)]
    return [*(means[cell] for cell in shown), *ends]


def caption(absent: list[str], *, gaps: bool, over: set[str]) -> str:
    said = "Means over seeds, each size on its own axis"
    if over:
        said += f"; lines are 95 % intervals over {' or '.join(sorted(over))}"
    said += ". A gap: not measured, or no object of that size." if gaps else "."
    return f"{said} No scores for {' or '.join(absent)} objects." if absent else said
