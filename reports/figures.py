"""Figures as SVG text: the methods' scores with every seed as a dot, and learning curves.

Drawn once, used twice: written as files, and inlined in the page. Text stays text, and ink is one
colour (`INK`) that the page replaces by the reader's own, so a figure follows light and dark.
"""

import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from reports.comparisons import Comparison
from reports.slugs import slug
from reports.summary import by_seed
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

INK = "#3b3f46"
RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # text a reader can select and search
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.12,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9,
}
WIDTH = 4.8  # inches: one column on a desktop, the whole width of a phone


@dataclass(frozen=True)
class Figure:
    """`alt` says in words what is drawn; `caption` what the marks are."""

    slug: str
    title: str
    caption: str
    alt: str
    svg: str


def score_figures(comparison: Comparison) -> list[Figure]:
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
        if not seeds:
            continue
        label = metric_label(metric)
        name = slug(comparison.slug, metric)
        found.append(
            Figure(
                slug=name,
                title=f"{comparison.title}: {label}",
                caption="Each dot is one seed, the bar is their mean.",
                alt=f"{label} by method, one dot a seed, for {comparison.title}",
                svg=draw_scores(seeds, styles, label, name),
            )
        )
    return found


def draw_scores(
    seeds: dict[str, list[float]], styles: dict[str, Style], label: str, name: str
) -> str:
    with mpl.rc_context(RC | {"svg.hashsalt": name}):
        canvas = Canvas(figsize=(WIDTH, 0.75 + 0.38 * len(seeds)), layout="constrained")
        axes = canvas.add_subplot()
        for row, (method, values) in enumerate(seeds.items()):
            style, mean = styles[method], sum(values) / len(values)
            axes.plot([mean, mean], [row - 0.28, row + 0.28], color=style.colour, linewidth=2.2)
            axes.plot(
                *(values, [row] * len(values)),
                linestyle="none",
                marker="o",
                markersize=6.5,
                alpha=0.5,
                color=style.colour,
                markeredgewidth=0,
            )
        axes.set_yticks(range(len(seeds)), [plain_text(method_label(m)) for m in seeds])
        axes.set_ylim(len(seeds) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.08)
        axes.set_xlabel(plain_text(label))
        return to_svg(canvas, name)


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


def to_svg(canvas: Canvas, name: str) -> str:
    """The drawing alone, without date or XML prologue, its ids made unique to this figure."""
    written = io.StringIO()
    with warnings.catch_warnings():  # a name in a script the layout font lacks: the page's has it
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        FigureCanvasSVG(canvas).print_svg(
            written, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg) + "\n"


def plain_text(label: str) -> str:
    """Matplotlib reads $…$ as mathematics; a method's name is not."""
    return label.replace("$", r"\$")
