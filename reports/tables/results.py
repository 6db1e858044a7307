"""Tables of results: every number is a mean over seeds and says how many; every gap is a dash."""

import pandas as pd

from reports.cells import GAP, digits, interval_cell, rank_cell, spread_cell
from reports.comparisons import Comparison, short
from reports.evidence import Evidence
from reports.settings import chosen_notes, footnote, marked, own_settings
from reports.summary import Spread, facts, over_seeds, paths_of, seeds_of
from reports.tables.beside import Beside, beside
from reports.tables.table import Cell, Column, Row, Table
from reports.vocabulary import (
    METRICS,
    headline_metrics,
    in_order,
    method_label,
    metric_label,
)


def result_table(comparison: Comparison, evidence: Evidence) -> Table:
    """Per headline metric: ours, its interval, its rank, and the published number."""
    results = comparison.results
    metrics = headline_metrics(comparison.task, results["metric"])
    stats, n, paths = over_seeds(results), seeds_of(results), paths_of(results)
    places = {metric: digits(unit) for metric, unit in facts(results, "unit").items()}
    paper, own = beside(comparison, metrics), own_settings(results)
    resampled = {metric for _, metric in evidence.intervals}
    columns = [Column("", "method"), Column("", "n")]
    for metric in metrics:
        columns.append(Column(metric_label(metric), ""))
        for label, shown in (
            ("95 %", metric in resampled),
            ("rank", any(found.metric == metric for found in evidence.differences)),
            ("published", bool(paper.rows)),
        ):
            columns += [Column(metric_label(metric), label)] if shown else []
    rows = []
    for method in comparison.methods:
        cells: list[Cell | str] = [marked(method, own), count_cell(n.get(method, 0))]
        for metric in metrics:
            cell, decimals = (method, metric), places.get(metric, 0)
            interval, rank = evidence.intervals.get(cell), evidence.ranks.get(cell)
            by_label: dict[str, Cell | str] = {
                "": score_cell(
                    spread_cell(stats.get(cell), decimals, seeds=n.get(method, 0)),
                    stats.get(cell),
                    paths.get(cell, ()),
                    best=evidence.best.get(metric) == method,
                ),
                "95 %": Cell(interval_cell(interval, decimals), interval.low if interval else None),
                "rank": Cell(rank_cell(rank), sum(rank) / 2 if rank else None),
                "published": published_cell(paper.value(method, metric)),
            }
            wanted = [column for column in columns if column.group == metric_label(metric)]
            cells += [by_label[column.label] for column in wanted]
        rows.append(Row.of(method, *cells))
    return Table(
        slug=comparison.slug,
        title=comparison.title,
        caption=caption(comparison, evidence=evidence, published=bool(paper.rows)),
        notes=(*footnote(own), *notes(comparison, n), *evidence.notes, *paper.notes),
        sources=paper.sources,
        columns=tuple(columns),
        rows=tuple(rows),
        numbers=numbers(comparison, evidence, paper),
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
        caption=caption(comparison, evidence=Evidence(), published=False),
        notes=tuple(footnote(own)),
        sources=(),
        columns=tuple(Column("", label) for label in labels),
        rows=tuple(rows),
        numbers=results,
    )


def count_cell(n: int) -> Cell:
    return Cell(str(n), n)


def score_cell(
    text: str, found: Spread | None, paths: tuple[str, ...], *, best: bool = False
) -> Cell:
    return Cell(text, found.mean if found else None, paths, best)


def published_cell(value: str) -> Cell:
    return Cell(value, float(value)) if value else Cell(GAP)


def caption(comparison: Comparison, *, evidence: Evidence, published: bool) -> str:
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
    if evidence.intervals:
        parts.append(interval_words(evidence))
    if published:
        parts.append("“Published” numbers are the papers', not run here.")
    return " ".join([*parts, f"A dash ({GAP}) is a gap: not run, failed or not measured."])


def interval_words(evidence: Evidence) -> str:
    over = sorted({found.over for found in evidence.intervals.values()})
    words = f"95 % intervals are of the mean, resampled over {' or '.join(over)}"
    if over == ["images"]:
        words += " (one seed: the spread between runs is not in them)"
    if not evidence.differences:
        return f"{words}."
    return (
        f"{words}. Ranks are those that paired tests leave open, after Holm's correction over all "
        "pairs; bold is ahead of every other row by more than chance, over seeds too."
    )


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


def numbers(comparison: Comparison, evidence: Evidence, paper: Beside) -> pd.DataFrame:
    """The unrounded table: one row per method × metric, gaps left empty."""
    stats = over_seeds(comparison.results)
    rows, own = [], own_settings(comparison.results)
    chosen = own_settings(comparison.results, "chosen")
    for method in comparison.methods:
        for metric in in_order(comparison.results["metric"], METRICS):
            cell = (method, metric)
            ours, interval, rank = (
                stats.get(cell),
                evidence.intervals.get(cell),
                evidence.ranks.get(cell),
            )
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
                    "low": interval.low if interval else None,
                    "high": interval.high if interval else None,
                    "over": interval.over if interval else None,
                    "rank_best": rank[0] if rank else None,
                    "rank_worst": rank[1] if rank else None,
                    "published": paper.value(method, metric) or None,
                    "published_source": paper.source(method, metric) or None,
                }
            )
    return pd.DataFrame(rows)
