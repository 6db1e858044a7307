"""Learning curves: a line is the mean over seeds, the band around it how far they differ."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy.special import stdtrit

from reports.comparisons import Comparison
from reports.figures.drawing import WIDTH, Figure, finished, quiet
from reports.figures.lettering import wrapped
from reports.figures.marks import dashes, key
from reports.slugs import slug
from reports.vocabulary import (
    METHODS,
    PRETRAIN,
    Style,
    headline_metrics,
    in_order,
    method_label,
    method_styles,
    metric_label,
)

PLOT = 2.9  # inches from the axis label to the key
MARKS = 8  # on a line, about
MANY = 60  # points; a jagged line is drawn thin
FEW = 4  # seeds; below, an interval of the mean says little
INTERVAL = "95 % t-interval of the mean"


def curve_figures(comparison: Comparison) -> list[Figure]:
    """Training loss and the validation curves of the headline metrics; no curve of one point."""
    points = comparison.curves.groupby(["metric", "path"])["iteration"].nunique()
    present = set(points[points > 1].index.get_level_values("metric"))
    wanted = ["loss", *headline_metrics(comparison.task, present - {"loss"})]
    return [
        curve_figure(
            comparison.curves[comparison.curves["metric"] == metric],
            name=slug(comparison.slug, "curve", metric),
            title=f"{comparison.title}: {metric_label(metric)} curve",
            label="training loss" if metric == "loss" else f"validation {metric_label(metric)}",
        )
        for metric in wanted
        if metric in present
    ]


def pretraining_figures(curves: pd.DataFrame) -> list[Figure]:
    """One panel per suite, target and curve: losses of different targets share no axis."""
    runs = curves[curves["kind"] == PRETRAIN].copy()
    runs["target"] = runs["target"].where(runs["target"] != "", runs["method"])
    found, several = [], len(set(runs["suite"])) > 1
    for (suite, target, metric), group in runs.groupby(["suite", "target", "metric"], sort=True):
        label = metric_label(str(metric))
        of = f"{target} ({suite})" if several else str(target)
        found.append(
            curve_figure(
                group,
                name=slug("pretrain", suite, target, metric),
                title=f"Pre-training, {of}: {label}",
                label=label,
            )
        )
    return found


def curve_figure(curves: pd.DataFrame, *, name: str, title: str, label: str) -> Figure:
    methods = in_order(curves["method"], METHODS)
    tables = {method: by_path(curves[curves["method"] == method]) for method in methods}
    named = ", ".join(method_label(method) for method in methods)
    styles = method_styles(methods)
    with quiet(name):
        canvas = Canvas(figsize=(WIDTH, 1), layout="constrained")
        axes = canvas.add_subplot()
        alpha = 0.18 if len(tables) <= 4 else 0.08  # many bands would hide each other
        handles = [
            draw_method(axes, table, method, styles[method], first=i / len(tables), alpha=alpha)
            for i, (method, table) in enumerate(tables.items())
        ]
        axes.set_xlabel("iteration")
        axes.set_ylabel(wrapped(label, PLOT, 10))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        canvas.set_size_inches(WIDTH, PLOT + key(canvas, handles))
        return finished(
            canvas,
            name=name,
            title=title,
            caption=caption(tables),
            alt=f"{title} over iterations, for {named}",
        )


def by_path(curves: pd.DataFrame) -> pd.DataFrame:
    """Iterations down, runs across; only iterations that every run has."""
    return curves.pivot_table(index="iteration", columns="path", values="value").dropna()


def band(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Of few seeds the lowest and the highest, of more the 95 % t-interval of their mean."""
    n = table.shape[1]
    if n < FEW:
        return table.min(axis=1), table.max(axis=1)
    half = float(stdtrit(n - 1, 0.975)) * table.std(axis=1) / n**0.5
    return table.mean(axis=1) - half, table.mean(axis=1) + half


def draw_method(
    axes: Axes, table: pd.DataFrame, method: str, style: Style, *, first: float, alpha: float
) -> Line2D:
    """The marks of different methods start at different points, so that they do not coincide."""
    if table.shape[1] > 1:
        low, high = band(table)
        axes.fill_between(table.index, low, high, color=style.colour, alpha=alpha, linewidth=0)
        for edge in (low, high):
            axes.plot(table.index, edge, color=style.colour, linewidth=0.6, alpha=0.6)
    mean = table.mean(axis=1)
    step = max(1, len(mean) // MARKS)
    (line,) = axes.plot(
        *(mean.index, mean),
        color=style.colour,
        linewidth=1.8 if len(mean) <= MANY else 1.0,
        label=method_label(method),
        linestyle=dashes(style),
        marker=style.marker,
        markevery=(int(first * step), step),
        markersize=5,
    )
    return line


def caption(tables: dict[str, pd.DataFrame]) -> str:
    """What a line is, and what a band; said for each method where they have different seeds."""
    bands: dict[str, list[str]] = {}
    for method, table in tables.items():
        n = table.shape[1]
        meaning = "none (one run)" if n == 1 else "lowest to highest seed" if n < FEW else INTERVAL
        bands.setdefault(meaning, []).append(method_label(method))
    if list(bands) == ["none (one run)"]:
        return "One run a method."
    said = [
        meaning if len(bands) == 1 else f"{meaning} for {', '.join(names)}"
        for meaning, names in bands.items()
    ]
    return f"Lines are means over seeds; bands: {'; '.join(said)}."
