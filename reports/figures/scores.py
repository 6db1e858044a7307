"""The methods' scores, every seed a dot, and the interval of their mean where one is known."""

from reports.comparisons import Comparison
from reports.evidence import Evidence, Interval
from reports.figures.drawing import Figure, finished, quiet
from reports.figures.marks import limits, whisker
from reports.figures.rows import Panel, chart
from reports.slugs import slug
from reports.summary import by_seed
from reports.vocabulary import Style, headline_metrics, method_label, method_styles, metric_label

EMPTY = Evidence()


def score_figures(comparison: Comparison, evidence: Evidence = EMPTY) -> list[Figure]:
    """One per headline metric: methods down the side, a dot a seed, a bar at the mean."""
    found = []
    values = by_seed(comparison.results)
    styles = method_styles(comparison.methods)
    for metric in headline_metrics(comparison.task, comparison.results["metric"]):
        seeds = {
            method: list(values[method, metric].values())
            for method in comparison.methods
            if (method, metric) in values
        }
        intervals = {m: i for m in seeds if (i := evidence.intervals.get((m, metric)))}
        if seeds:
            title = f"{comparison.title}: {metric_label(metric)}"
            name = slug(comparison.slug, metric)
            found.append(draw_scores(seeds, intervals, styles, title=title, name=name))
    return found


def draw_scores(
    seeds: dict[str, list[float]],
    intervals: dict[str, Interval],
    styles: dict[str, Style],
    *,
    title: str,
    name: str,
) -> Figure:
    label = title.rpartition(": ")[2]
    spans = [end for interval in intervals.values() for end in (interval.low, interval.high)]
    with quiet(name):
        drawn = chart(
            [method_label(method) for method in seeds],
            [Panel(*limits([*spans, *(value for values in seeds.values() for value in values)]))],
            label=label,
        )
        (axes,) = drawn.panels
        for y, (method, values) in zip(drawn.at, seeds.items(), strict=True):
            colour, mean = styles[method].colour, sum(values) / len(values)
            if method in intervals:
                whisker(axes, y, intervals[method], styles[method])
            axes.plot([mean, mean], [y - 0.11, y + 0.11], color=colour, linewidth=2.2)
            axes.plot(
                *(values, [y] * len(values)),
                linestyle="none",
                marker="o",
                markersize=6.5,
                alpha=0.5,
                color=colour,
                markeredgewidth=0,
            )
        return finished(
            drawn.canvas,
            name=name,
            title=title,
            caption=caption(seeds, intervals),
            alt=f"{label} by method, one dot a seed, for {title.rpartition(': ')[0]}",
        )


def caption(seeds: dict[str, list[float]], intervals: dict[str, Interval]) -> str:
    said = "Each dot is one seed, the bar is their mean"
    if not intervals:
        return f"{said}."
    over = sorted({interval.over for interval in intervals.values()})
    said = f"{said}; lines are 95 % intervals over {' or '.join(over)}"
    without = [method_label(method) for method in seeds if method not in intervals]
    return f"{said}, unknown for {', '.join(without)}." if without else f"{said}."
