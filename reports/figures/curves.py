"""Learning curves: thin lines are seeds, the thick line is their mean."""

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from reports.comparisons import Comparison
from reports.figures.drawing import RC, WIDTH, Figure, plain_text, to_svg
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
    named = ", ".join(method_label(method) for method in methods)
    return Figure(
        slug=name,
        title=title,
        caption=(
            "Thin lines are seeds, the thick line is their mean."
            if curves.groupby("method")["path"].nunique().max() > 1
            else "One run a method."
        ),
        alt=f"{title} over iterations, for {named}",
        svg=draw_curves(curves, methods, label, name),
    )


def draw_curves(curves: pd.DataFrame, methods: list[str], label: str, name: str) -> str:
    styles = method_styles(methods)
    with mpl.rc_context(RC | {"svg.hashsalt": name}):
        canvas = Canvas(figsize=(WIDTH, 3.1 + 0.12 * len(methods)), layout="constrained")
        axes = canvas.add_subplot()
        for method in methods:
            draw_method(axes, curves[curves["method"] == method], method, styles[method])
        axes.set_xlabel("iteration")
        axes.set_ylabel(plain_text(label))
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, integer=True))
        canvas.legend(loc="outside upper left", ncols=2, handlelength=2.6, borderaxespad=0)
        return to_svg(canvas, name)


def draw_method(axes: Axes, curves: pd.DataFrame, method: str, style: Style) -> None:
    """Seeds thin, their mean thick; the mean exists only where every seed has a point."""
    seeds = curves.pivot_table(index="iteration", columns="path", values="value")
    if seeds.shape[1] > 1:
        for path in seeds.columns:
            line = seeds[path].dropna()
            axes.plot(line.index, line, color=style.colour, linewidth=0.8, alpha=0.45)
    mean = seeds.dropna().mean(axis=1)
    axes.plot(
        *(mean.index, mean),
        color=style.colour,
        linewidth=2,
        label=plain_text(method_label(method)),
        linestyle=(0, style.dash) if style.dash else "-",
        marker=style.marker if len(mean) <= 12 else "",
        markersize=5,
    )
