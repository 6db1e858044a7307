"""Differences of one comparison to one reference, with their intervals: a forest plot."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from reports.cells import digits, signed
from reports.comparisons import Comparison
from reports.evidence import Difference, Evidence
from reports.figures.drawing import INK, Figure, finished, quiet
from reports.figures.marks import limits, mark, whisker
from reports.figures.rows import Panel, chart
from reports.slugs import slug
from reports.summary import facts
from reports.vocabulary import (
    BASELINE,
    Style,
    headline_metrics,
    method_label,
    method_styles,
    metric_label,
)

Pair = tuple[str, str]  # first − second


def forest_figures(
    comparison: Comparison, evidence: Evidence, *, pairs: Mapping[str, Pair] | None = None
) -> list[Figure]:
    """One per headline metric that has differences; `pairs` adds one more a metric, set apart."""
    found = []
    units = facts(comparison.results, "unit")
    for metric in headline_metrics(comparison.task, comparison.results["metric"]):
        reference = reference_of(comparison, evidence, metric)
        rows = [
            difference
            for method in comparison.methods
            if (difference := evidence.between(metric, method, reference))
        ]
        extra = evidence.between(metric, *pairs[metric]) if pairs and metric in pairs else None
        if extra and not {extra.first, extra.second} & {reference}:
            rows.append(extra)
        if rows:
            unit = str(units.get(metric, ""))
            found.append(forest_figure(comparison, rows, reference=reference, unit=unit))
    return found


def reference_of(comparison: Comparison, evidence: Evidence, metric: str) -> str:
    """Random init if anything is compared with it, else the first method that has differences."""
    compared = {
        method
        for difference in evidence.differences
        if difference.metric == metric
        for method in (difference.first, difference.second)
    }
    ordered = [BASELINE, *comparison.methods]
    return next((method for method in ordered if method in compared), BASELINE)


def forest_figure(
    comparison: Comparison, rows: list[Difference], *, reference: str, unit: str
) -> Figure:
    metric = metric_label(rows[0].metric)
    name = slug(comparison.slug, "forest", rows[0].metric)
    against = method_label(reference)
    label = f"{metric}, difference to {against}"
    if all(row.second != reference for row in rows):
        label = f"{metric}, difference"
    if unit == "%":
        label += " (percent points)"
    styles = method_styles(comparison.methods)
    spans = (value for row in rows for value in ends(row))
    with quiet(name):
        drawn = chart(
            [row_name(row, reference) for row in rows],
            [Panel(*limits((0.0, *spans)))],
            label=label,
            numbers=[in_numbers(row, digits(unit)) for row in rows],
        )
        (axes,) = drawn.panels
        axes.axvline(0, color=INK, linewidth=1)
        apart = rows[-1] if len(rows) > 1 and rows[-1].second != reference else None
        for y, row in zip(drawn.at, rows, strict=True):
            draw_row(axes, y, row, styles[row.first], drawn.half_mark())
            if row is apart:
                axes.axhline(drawn.tops[-1], color=INK, linewidth=0.8, alpha=0.5)
        return finished(
            drawn.canvas,
            name=name,
            title=f"{comparison.title}: {metric}, differences to {against}",
            caption=caption(rows, comparison, reference),
            alt=f"{label}, with 95 % intervals: {'; '.join(spoken(r, digits(unit)) for r in rows)}",
        )


def draw_row(axes: Axes, y: float, row: Difference, style: Style, half: float) -> None:
    whisker(axes, y, row.interval, style, room=0.0 if row.significant else half)
    axes.plot([row.interval.estimate], [y], **mark(style, filled=row.significant))


def ends(row: Difference) -> tuple[float, float, float]:
    return row.interval.low, row.interval.estimate, row.interval.high


def row_name(row: Difference, reference: str) -> str:
    """A method alone where it is set against the reference, both names where it is not."""
    first = method_label(row.first)
    return first if row.second == reference else f"{first} − {method_label(row.second)}"


def in_numbers(row: Difference, places: int) -> str:
    low, estimate, high = (signed(value, places) for value in ends(row))
    return f"{estimate} [{low}, {high}]"


def spoken(row: Difference, places: int) -> str:
    return f"{method_label(row.first)} {in_numbers(row, places)}"


def caption(rows: list[Difference], comparison: Comparison, reference: str) -> str:
    said = [
        f"Paired differences with 95 % intervals {over(rows)}",
        "filled: significant after Holm's correction (p < 0.05), hollow: not",
    ]
    here = {row.first for row in rows if row.second == reference} | {reference}
    missing = [method_label(method) for method in comparison.methods if method not in here]
    lacking = f" No difference to {method_label(reference)} for {', '.join(missing)}."
    return "; ".join(said) + "." + (lacking if missing else "")


def over(rows: list[Difference]) -> str:
    """What was resampled: said once where it is the same everywhere, else for each method."""
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(row.interval.over, []).append(method_label(row.first))
    if len(kinds) == 1:
        return f"over {next(iter(kinds))}"
    return ", ".join(f"over {kind} ({', '.join(names)})" for kind, names in kinds.items())
