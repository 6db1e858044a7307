"""Every pair of methods: how far apart, how sure that is, and what could have been seen at all."""

from collections.abc import Iterator

import pandas as pd

from reports.cells import GAP, digits, interval_cell, p_cell, signed
from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.summary import facts, paths_of
from reports.tables.table import Cell, Column, Row, Table
from reports.vocabulary import method_label, metric_label

CAPTION = (
    "First method minus second; 95 % intervals; two-sided p-values, corrected by Holm over all "
    "rows. “First ahead” is the share of resamples in which its mean is the better one, "
    "“detectable” the smallest true difference that such data show with a power of 80 %, before "
    "the correction. Bold: more than chance after it, over images and seeds."
)


def difference_table(comparison: Comparison, evidence: Evidence) -> Table | None:
    """None where nothing could be resampled."""
    if not evidence.differences:
        return None
    labels = ("pair", "metric", "difference", "95 % interval", "p", "first ahead", "detectable")
    return Table(
        slug=f"{comparison.slug}-differences",
        title=f"{comparison.title}: differences",
        caption=f"{CAPTION} {resampled_over(evidence)}",
        notes=evidence.notes,
        sources=(),
        columns=tuple(Column("", label) for label in labels),
        rows=tuple(rows(comparison, evidence)),
        numbers=numbers(comparison, evidence),
    )


def resampled_over(evidence: Evidence) -> str:
    over = {found.interval.over for found in evidence.differences}
    words = "Resampled over " + " or ".join(sorted(over))
    if over == {"images"}:
        return (
            f"{words}: with one seed a method, the spread between runs is unknown and not in them."
        )
    return f"{words}."


def rows(comparison: Comparison, evidence: Evidence) -> Iterator[Row]:
    units, paths = facts(comparison.results, "unit"), paths_of(comparison.results)
    for found in evidence.differences:
        places, estimate = digits(units[found.metric]), found.interval.estimate
        records = paths[found.first, found.metric] + paths[found.second, found.metric]
        yield Row.of(
            found.first,
            f"{method_label(found.first)} − {method_label(found.second)}",
            metric_label(found.metric),
            Cell(signed(estimate, places), estimate, records, best=found.settled),
            Cell(interval_cell(found.interval, places), found.interval.low),
            Cell(p_cell(found.p_holm), found.p_holm),
            Cell(f"{100 * found.better:.0f} %", found.better),
            Cell(f"{found.detectable:.{places}f}" if found.detectable else GAP, found.detectable),
        )


def numbers(comparison: Comparison, evidence: Evidence) -> pd.DataFrame:
    """Unrounded, one row a pair and metric."""
    return pd.DataFrame(
        [
            {
                **comparison.key,
                "metric": found.metric,
                "first": found.first,
                "second": found.second,
                "difference": found.interval.estimate,
                "low": found.interval.low,
                "high": found.interval.high,
                "over": found.interval.over,
                "p": found.p,
                "p_holm": found.p_holm,
                "first_ahead": found.better,
                "detectable": found.detectable,
                "n_first": found.seeds[0],
                "n_second": found.seeds[1],
                "n_resampled_images": found.images,
            }
            for found in evidence.differences
        ]
    )
