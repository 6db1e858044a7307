"""CSV, Parquet and JSON hold the same numbers, unrounded."""

import io
import json
from typing import Any

import pandas as pd

from reports.formats.frames import csv_files, json_file, parquet
from reports.report import build


def test_parquet_and_csv_are_the_same_frame(demo: Any) -> None:
    report = build(demo.root, draw=False)
    csv, binary = csv_files(report), parquet(report)
    for name in ("results", "curves"):
        content = binary[f"{name}.parquet"]
        assert isinstance(content, bytes)
        found = pd.read_parquet(io.BytesIO(content))
        text = csv[f"{name}.csv"]
        assert isinstance(text, str)
        again = pd.read_csv(io.StringIO(text))
        assert list(found.columns) == list(again.columns)
        assert found["value"].tolist() == again["value"].tolist()
        assert found["seed"].tolist() == again["seed"].tolist()


def test_json_has_every_table_with_values_and_records(demo: Any) -> None:
    report = build(demo.root, draw=False)
    text = json_file(report)["report.json"]
    assert isinstance(text, str)
    found = json.loads(text)
    assert [table["slug"] for table in found["tables"]] == [table.slug for table in report.tables]
    cell = found["tables"][0]["rows"][2]["cells"][2]
    assert (cell["text"], cell["value"]) == ("22.0 ± 2.6", 22.0)
    assert len(cell["records"]) == 3
