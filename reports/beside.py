"""Published numbers beside ours: same protocol, same architecture, same whole data set, or not."""

from dataclasses import dataclass

from reports.comparisons import Comparison
from reports.published import Published, published_for
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
    rows = {
        (method, metric): found
        for method in comparison.methods
        for metric in metrics
        if (
            found := published_for(
                protocol=str(comparison.key["protocol"]),
                arch=str(comparison.key["arch"]),
                method=method,
                metric=metric,
            )
        )
    }
    withheld = why_withheld(comparison)
    if rows and withheld:
        return Beside({}, (withheld,), ())
    return Beside(rows, (), tuple(source_lines(rows)))


def why_withheld(comparison: Comparison) -> str:
    """A paper's number is for the whole data set; beside a smaller one it would mislead."""
    n_images = comparison.key["n_images"]
    full = TASKS[comparison.task].full_val if comparison.task in TASKS else None
    if comparison.key["limited"]:
        return "Published numbers are for the whole data set, so they are not shown beside these."
    if full is not None and n_images != full:
        return (
            f"Published numbers are on {full:,} validation images and ours on {n_images:,}, "
            "so they are not shown beside these."
        )
    return ""


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
