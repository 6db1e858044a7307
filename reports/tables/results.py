"""Tables of results: every number is a mean over seeds and says how many; every gap is a dash."""

import pandas as pd

from reports.cells import GAP, digits, gain_cell, spread_cell
from reports.comparisons import Comparison, short
from reports.settings import chosen_notes, footnote, marked, own_settings
from reports.summary import Spread, facts, over_baseline, over_seeds, paths_of, seeds_of
from reports.tables.beside import Beside, beside
from reports.tables.table import Cell, Column, Row, Table
from reports.vocabulary import (
    BASELINE,
    METRICS,
    headline_metrics,
    in_order,
    method_label,
    metric_label,
)


def result_table(comparison: Comparison) -> Table:
    """Per headline metric: ours, the gain over random init, and the published number."""
    results = comparison.results
    metrics = headline_metrics(comparison.task, results["metric"])
    stats, gains, n = over_seeds(results), over_baseline(results), seeds_of(results)
    places = {metric: digits(unit) for metric, unit in facts(results, "unit").items()}
    paper, own, paths = beside(comparison, metrics), own_settings(results), paths_of(results)
    columns = [Column("", "method"), Column("", "n")]
    for metric in metrics:
        columns.append(Column(metric_label(metric), ""))
        columns += [Column(metric_label(metric), "over random")] if gains else []
        columns += [Column(metric_label(metric), "published")] if paper.rows else []
    rows = []
    for method in comparison.methods:
        cells: list[Cell | str] = [marked(method, own), count_cell(n.get(method, 0))]
        for metric in metrics:
            cell, decimals = (method, metric), places.get(metric, 0)
            text = spread_cell(stats.get(cell), decimals, seeds=n.get(method, 0))
            cells.append(score_cell(text, stats.get(cell), paths.get(cell, ())))
            cells += [gain_cell(gains.get(cell), decimals)] if gains else []
            cells += [paper.value(method, metric) or GAP] if paper.rows else []
        rows.append(Row.of(method, *cells))
    return Table(
        slug=comparison.slug,
        title=comparison.title,
        caption=caption(comparison, gains=bool(gains), published=bool(paper.rows)),
        notes=(*footnote(own), *notes(comparison, n), *paper.notes),
        sources=paper.sources,
        columns=tuple(columns),
        rows=tuple(rows),
        numbers=numbers(comparison, paper),
    )


def detail_table(comparison: Comparison) -> Table:
    """Every metric that was measured, methods as rows."""
    results = comparison.results
    metrics = in_order(results["metric"], METRICS)
    stats, n, units = over_seeds(results), seeds_of(results), facts(results, "unit")
    rows, own, paths = [], own_settings(results), paths_of(results)
    for method in comparison.methods:
        seeds = n.get(method, 0)
        cells = (
            score_cell(
                spread_cell(stats.get((method, metric)), digits(units[metric]), seeds=seeds),
                stats.get((method, metric)),
                paths.get((method, metric), ()),
            )
            for metric in metrics
        )
        rows.append(Row.of(method, marked(method, own), count_cell(seeds), *cells))
    labels = ["method", "n", *map(metric_label, metrics)]
    return Table(
        slug=f"{comparison.slug}-all-metrics",
        title=f"{comparison.title}: every metric",
        caption=caption(comparison, gains=False, published=False),
        notes=tuple(footnote(own)),
        sources=(),
        columns=tuple(Column("", label) for label in labels),
        rows=tuple(rows),
        numbers=results,
    )


def count_cell(n: int) -> Cell:
    return Cell(str(n), n)


def score_cell(text: str, found: Spread | None, paths: tuple[str, ...]) -> Cell:
    return Cell(text, found.mean if found else None, paths)


def caption(comparison: Comparison, *, gains: bool, published: bool) -> str:
    """Protocol, data, what n and ± are: enough to read the table away from its page."""
    key, first = comparison.key, comparison.results.iloc[0]
    arch = f"ViT-{key['arch']}, " if key["arch"] else ""
    train = f"{first['n_train']:,} training and " if pd.notna(first["n_train"]) else ""
    parts = [
        f"{arch}protocol {key['protocol']} (hash {short(key, 'protocol_sha256')}).",
        f"Data {key['data']}: {train}{key['n_images']:,} validation images, "
        f"manifest {short(key, 'data_sha256')}.",
        "Mean over n seeds; ± is the sample standard deviation over seeds, absent for one seed.",
    ]
    if key["sweep"]:
        parts.append(search_words(str(key["sweep"])))
    if gains:
        parts.append(
            "“Over random” is the mean of the per-seed differences to random init, "
            "with the number of shared seeds in brackets."
        )
    if published:
        parts.append("“Published” numbers are the papers', not run here.")
    return " ".join([*parts, f"A dash ({GAP}) is a gap: not run, failed or not measured."])


def search_words(budget: str) -> str:
    words = f"Tuned protocol: every row is the {budget}; the settings tried are the same for all."
    if "on the reported images" not in budget:
        return words
    return f"{words} Choosing by what is reported favours every row, as in most papers."


def notes(comparison: Comparison, n: dict[str, int]) -> list[str]:
    """What a reader must know before comparing rows."""
    found = []
    if comparison.key["limited"]:
        found.append("Limited: part of the data only. Not comparable with any full result.")
    found += chosen_notes(comparison.results)
    found += [comparison.apart] if comparison.apart else []
    most = max(n.values())
    behind = [
        f"{method_label(method)} ({n.get(method, 0)} of {most})"
        for method in comparison.methods
        if n.get(method, 0) < most
    ]
    found += [f"Fewer seeds than the others: {', '.join(behind)}."] if behind else []
    for method, group in comparison.results.groupby("method", sort=True):
        if (files := group["checkpoint_sha256"].nunique()) > 1:
            name = method_label(str(method))
            found.append(f"The seeds of {name} start from {files} different checkpoints.")
    return found


def numbers(comparison: Comparison, paper: Beside) -> pd.DataFrame:
    """The unrounded table: one row per method × metric, gaps left empty."""
    stats, gains = over_seeds(comparison.results), over_baseline(comparison.results)
    rows, own = [], own_settings(comparison.results)
    chosen = own_settings(comparison.results, "chosen")
    for method in comparison.methods:
        for metric in in_order(comparison.results["metric"], METRICS):
            ours, gain = stats.get((method, metric)), gains.get((method, metric))
            rows.append(
                {
                    **comparison.key,
                    "method": method,
                    "own_settings": " or ".join(own.get(method, ())) or None,
                    "chosen_settings": " or ".join(chosen.get(method, ())) or None,
                    "metric": metric,
                    "mean": ours.mean if ours else None,
                    "sd": ours.sd if ours else None,
                    "n": ours.n if ours else 0,
                    f"over_{BASELINE}_mean": gain.mean if gain else None,
                    f"over_{BASELINE}_sd": gain.sd if gain else None,
                    f"over_{BASELINE}_n": gain.n if gain else 0,
                    "published": paper.value(method, metric) or None,
                    "published_source": paper.source(method, metric) or None,
                }
            )
    return pd.DataFrame(rows)
