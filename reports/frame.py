"""The long frames every table, figure and sentence is made from.

`results_frame` has one row per cell × metric, `curves_frame` one per cell × curve × point.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    "devices",
    "wall_seconds",
    "images_per_second",
    "peak_memory_bytes",
)
COUNTS = ("epochs", "n_train", "n_val", "n_images", "devices")
SCORE = ("metric", "value", "unit", "higher_is_better")

Columns = Mapping[str, Any]


def results_frame(records: Sequence[Record]) -> pd.DataFrame:
    ordered = in_order(records)
    scores = [
        (name, metric.value, metric.unit, metric.higher_is_better)
        for record in ordered
        for name, metric in sorted(record.metrics.items())
    ]
    rows = [len(record.metrics) for record in ordered]
    frame = pd.DataFrame(scores, columns=SCORE)
    columns = {name: frame[name] for name in SCORE}
    return together(facts(ordered, CELL, rows), columns, facts(ordered, RUN, rows))


def curves_frame(records: Sequence[Record]) -> pd.DataFrame:
    """Column by column: there may be millions of points, and a row each is too much."""
    ordered = in_order(records)
    curves = [curve for record in ordered for curve in sorted(record.curves.items())]
    names, lengths = [name for name, _ in curves], [len(curve.values) for _, curve in curves]
    points = {
        "metric": np.repeat(np.array(names, dtype=object), lengths),
        "iteration": joined([curve.iterations for _, curve in curves]),
        "value": joined([curve.values for _, curve in curves]),
    }
    rows = [sum(len(curve.values) for curve in record.curves.values()) for record in ordered]
    return together(facts(ordered, CELL, rows), points)


def in_order(records: Sequence[Record]) -> list[Record]:
    """By cell, so that the same records give the same bytes whatever order they came in."""
    return sorted(records, key=lambda r: (r.kind, r.suite, r.task, r.method, r.seed, r.path))


def facts(records: list[Record], names: Sequence[str], rows: list[int]) -> Columns:
    """These fields of each record, on as many rows as it has."""
    frame = pd.DataFrame(
        {name: [getattr(record, name) for record in records] for name in names},
        dtype=None if records else object,
    )
    counts = [name for name in COUNTS if name in names]
    frame = frame.astype(dict.fromkeys(counts, "Int64"))  # whole numbers that may be missing
    places = np.repeat(np.arange(len(records)), rows)
    return {name: frame[name].values.take(places) for name in names}


def together(*columns: Columns) -> pd.DataFrame:
    """Without a copy: the columns of a large folder's curves fill half a gigabyte."""
    return pd.DataFrame({k: v for part in columns for k, v in part.items()}, copy=False)


def joined(parts: list["array[float]"]) -> NDArray[np.float64]:
    return np.concatenate([np.empty(0), *parts])
