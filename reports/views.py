"""A view: a table over several comparisons, and the figures that show the same numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.figures.drawing import Figure
from reports.figures.sizes import size_figures
from reports.figures.sweeps import PublishedCurve, SweepPoint, sweep_figures
from reports.published import published_numbers
from reports.summary import by_seed
from reports.tables.ablations import ABLATIONS, DEFAULT, Ablation, ablation_view
from reports.tables.beside import why_withheld
from reports.tables.table import Table
from reports.tables.views import by_size, partial, pixels_or_tokens
from reports.vocabulary import headline_metrics, metric_label

Found = Sequence[tuple[Comparison, Evidence]]
BARS = "95 % intervals, or the lowest and the highest seed"


@dataclass(frozen=True)
class View:
    table: Table
    figures: tuple[Figure, ...] = ()


def views(found: Found, *, draw: bool) -> list[View]:
    """Every view that the comparisons fill; none for none."""
    made = []
    if table := pixels_or_tokens(found):
        made.append(View(table))
    for task in dict.fromkeys(comparison.task for comparison, _ in found):
        of_task = [pair for pair in found if pair[0].task == task]
        if table := by_size(task, of_task):
            made.append(View(table, tuple(size_figures(of_task)) if draw else ()))
    made += [View(table) for table in partial(found)]
    made += [
        View(table, tuple(sweep_view(ablation, found)) if draw else ())
        for ablation in ABLATIONS
        if (table := ablation_view(ablation, found))
    ]
    return made


def sweep_view(ablation: Ablation, found: Found) -> list[Figure]:
    """Of an ablation whose cases are numbers; every comparison has a panel of its own."""
    if not all(label.isdigit() for label in ablation.cases):
        return []
    metrics = (headline_metrics(c.task, c.results["metric"]) for c, _ in found)
    drawn = []
    for metric in dict.fromkeys(chain.from_iterable(metrics)):
        drawn += sweep_figures(
            sweep_points(ablation, found, metric),
            paper_curves(ablation, [comparison for comparison, _ in found], metric),
            name=f"view-{ablation.slug}-{metric}",
            title=f"{ablation.title}: {metric_label(metric)}",
            setting=ablation.title,
            label=metric_label(metric),
            bars=BARS,
        )
    return drawn


def sweep_points(ablation: Ablation, found: Found, metric: str) -> list[SweepPoint]:
    points = []
    for comparison, evidence in found:
        values = by_seed(comparison.results)
        for label, method in ablation.cases.items():
            seeds = list(values.get((method, metric), {}).values())
            if not seeds:
                continue
            low, high = evidence.reach((method, metric), seeds)
            mean = sum(seeds) / len(seeds)
            points.append(SweepPoint(comparison.title, DEFAULT, float(label), mean, low, high))
    return points


def paper_curves(
    ablation: Ablation, comparisons: Sequence[Comparison], metric: str
) -> list[PublishedCurve]:
    """What the paper has for all cases under a protocol that one of ours ran unchanged."""
    settings: Mapping[str, float] = {m: float(x) for x, m in ablation.cases.items()}
    curves = []
    for comparison in comparisons:
        rows = [
            row
            for row in published_numbers()
            if row.method in settings
            and (row.protocol, row.arch, row.metric)
            == (comparison.key["protocol"], comparison.key["arch"], metric)
        ]
        if rows and not why_withheld(comparison):
            points = tuple((settings[row.method], float(row.value)) for row in rows)
            source = next((r.source for r in rows if r.method != DEFAULT), rows[0].source)
            curves.append(PublishedCurve(comparison.title, points, source))
    return curves
