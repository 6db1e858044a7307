"""Published numbers beside ours: for the same protocol, unchanged, and the same whole data set.

A protocol's name is not enough: options on the command line change it, and so does the number of
GPUs. A record therefore holds two hashes, of the protocol that ran and of the file as shipped.
"""

from dataclasses import dataclass

from reports.comparisons import Comparison, short
from reports.published import Published, published_for
from reports.settings import own_settings
from reports.vocabulary import TASKS, method_label, metric_label


@dataclass(frozen=True)
class Beside:
    """What is published for one table. Empty, with a note, where showing it would mislead."""

    rows: dict[tuple[str, str], list[Published]]
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    def value(self, method: str, metric: str) -> str:
        return self.rows[method, metric][0].value if (method, metric) in self.rows else ""

    def source(self, method: str, metric: str) -> str:
        return self.rows[method, metric][0].source if (method, metric) in self.rows else ""


def beside(comparison: Comparison, metrics: list[str]) -> Beside:
    known = published_rows(comparison, metrics)
    withheld = why_withheld(comparison)
    if known and withheld:
        return Beside({}, (withheld,), ())
    own = own_settings(comparison.results)
    rows = {
        (method, metric): fitting
        for (method, metric), found in known.items()
        if (fitting := [row for row in found if row.stands_beside(set(own.get(method, ())))])
    }
    return Beside(rows, tuple(tuned_otherwise(known, rows)), tuple(source_lines(rows)))


def published_rows(
    comparison: Comparison, metrics: list[str]
) -> dict[tuple[str, str], list[Published]]:
    protocol, arch = str(comparison.key["protocol"]), str(comparison.key["arch"])
    return {
        (method, metric): found
        for method in comparison.methods
        for metric in metrics
        if (found := published_for(protocol=protocol, arch=arch, method=method, metric=metric))
    }


def why_withheld(comparison: Comparison) -> str:
    """Beside part of the data, or another protocol under the same name, a number would mislead."""
    if comparison.key["sweep"]:
        return (
            "Published numbers are for settings given in advance, and these were searched here, "
            "so they are not shown beside these."
        )
    n_images = comparison.key["n_images"]
    full = TASKS[comparison.task].full_val if comparison.task in TASKS else None
    if comparison.key["limited"]:
        return "Published numbers are for the whole data set, so they are not shown beside these."
    if full is not None and n_images != full:
        return (
            f"Published numbers are on {full:,} validation images and ours on {n_images:,}, "
            "so they are not shown beside these."
        )
    return why_changed(comparison)


def why_changed(comparison: Comparison) -> str:
    """Empty where the records say that the protocol is the shipped one, as it was published."""
    shipped = sorted(set(comparison.results["shipped_sha256"]) - {""})
    if shipped == [comparison.key["protocol_sha256"]]:
        return ""
    if not shipped:
        return (
            "Published numbers are not shown beside these: the records do not say whether the "
            "configuration ran as shipped (protocol.shipped_sha256)."
        )
    return (
        "Published numbers are for the configuration as shipped "
        f"(hash {', '.join(digest[:8] for digest in shipped)}); options or the batch changed it "
        f"here (hash {short(comparison.key, 'protocol_sha256')}), so they are not shown beside "
        "these."
    )


def tuned_otherwise(
    known: dict[tuple[str, str], list[Published]], rows: dict[tuple[str, str], list[Published]]
) -> list[str]:
    """Who has settings of its own that are not the published ones."""
    methods = dict.fromkeys(method for method, metric in known if (method, metric) not in rows)
    return [
        f"No published number beside {method_label(method)}: none is known for its own settings."
        for method in methods
    ]


def source_lines(rows: dict[tuple[str, str], list[Published]]) -> list[str]:
    """One line per method and source: its numbers, where they stand, how they were trained."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for (method, metric), found in rows.items():
        for row in found:
            number = f"{metric_label(metric)} {row.value}"
            lines.setdefault((method, row.source, row.note), []).append(number)
    return [
        f"{method_label(method)}: {', '.join(numbers)}. {source}" + (f"; {note}." if note else ".")
        for (method, source, note), numbers in lines.items()
    ]
