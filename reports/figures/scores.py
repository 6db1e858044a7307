"""The methods' scores, every seed a dot."""

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

from reports.comparisons import Comparison
from reports.figures.drawing import RC, WIDTH, Figure, plain_text, to_svg
from reports.slugs import slug
from reports.summary import by_seed
from reports.vocabulary import Style, headline_metrics, method_label, method_styles, metric_label


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
