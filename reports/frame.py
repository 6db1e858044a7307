"""The long frames every table, figure and sentence is made from.

`results_frame` has one row per cell × metric, `curves_frame` one per cell × curve × point.
"""

from collections.abc import Sequence

import pandas as pd

from reports.records.record import Record

CELL = (
    "kind",
    "suite",
    "task",
    "method",
    "seed",
    "arch",
    "target",
    "epochs",
    "protocol",
    "protocol_sha256",
    "shipped_sha256",
    "tuned",
    "sweep",
    "sweep_sha256",
    "chosen",
    "unsettled",
    "data",
    "data_sha256",
    "n_train",
    "n_val",
    "n_images",
    "limited",
    "path",
)
RUN = (
    "config_sha256",
    "checkpoint_file",
    "checkpoint_sha256",
    "commit",
    "device",
    "wall_seconds",
    "images_per_second",
    "peak_memory_bytes",
)
COUNTS = ("epochs", "n_train", "n_val", "n_images")


def results_frame(records: Sequence[Record]) -> pd.DataFrame:
    rows = [
        {
            **{name: getattr(record, name) for name in CELL},
            "metric": name,
            "value": metric.value,
            "unit": metric.unit,
            "higher_is_better": metric.higher_is_better,
            **{name: getattr(record, name) for name in RUN},
        }
        for record in records
        for name, metric in record.metrics.items()
    ]
    return long_frame(rows, [*CELL, "metric", "value", "unit", "higher_is_better", *RUN])


def curves_frame(records: Sequence[Record]) -> pd.DataFrame:
    rows = [
        {
            **{name: getattr(record, name) for name in CELL},
            "metric": name,
            "iteration": iteration,
            "value": value,
        }
        for record in records
        for name, points in record.curves.items()
        for iteration, value in points
    ]
    return long_frame(rows, [*CELL, "metric", "iteration", "value"])


def long_frame(rows: list[dict[str, object]], columns: list[str]) -> pd.DataFrame:
    """Sorted by cell, so that the same records give the same bytes whatever order they came in."""
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype(dict.fromkeys(COUNTS, "Int64"))  # whole numbers that may be missing
    order = ["kind", "suite", "task", "method", "seed", "path", "metric"]
    order += ["iteration"] if "iteration" in columns else []
    return frame.sort_values(order, kind="stable", ignore_index=True)
