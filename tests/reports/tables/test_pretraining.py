"""Pre-training runs, one row each."""

from typing import Any

import pytest

from reports.frame import results_frame
from reports.records.scan import scan
from reports.tables.pretraining import duration, pretraining_table


def test_a_row_a_run(demo: Any) -> None:
    table = pretraining_table(results_frame(scan(demo.root).records))
    assert table is not None
    names = [column.name for column in table.columns]
    assert dict(zip(names, table.rows[0].texts, strict=True)) == {
        "run": "MAE (pixels), seed 0",
        "target": "pixel",
        "architecture": "tiny",
        "epochs": "30",
        "data": "toy-scenes",
        "images": "1,000",
        "loss": "0.250",
        "images/s": "12",
        "time": "60 s",
    }
    assert "Losses of different targets are different quantities" in table.caption


def test_no_pretraining_no_table(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=1.0)
    assert pretraining_table(results_frame(scan(runs.root).records)) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(89.0, "89 s"), (600.0, "10 min"), (7200.0, "2.0 h")]
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words
