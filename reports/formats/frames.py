"""The long frames and every table's unrounded numbers: CSV, Parquet, JSON."""

import io
import json
from dataclasses import asdict
from typing import Any

import pandas as pd

from reports.formats.files import Files
from reports.report import Report
from reports.tables.table import Table


def csv_files(report: Report) -> Files:
    files: Files = {"results.csv": as_csv(report.results), "curves.csv": as_csv(report.curves)}
    return files | {f"tables/{table.slug}.csv": as_csv(table.numbers) for table in report.tables}


def as_csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")


def parquet(report: Report) -> Files:
    return {
        "results.parquet": as_parquet(report.results),
        "curves.parquet": as_parquet(report.curves),
    }


def as_parquet(frame: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.to_parquet(written, index=False)
    return written.getvalue()


def json_file(report: Report) -> Files:
    """What the page shows: every table with its cells, their values and the records behind them."""
    content = {
        "title": report.title,
        "lead": report.lead,
        "tables": [plain(table) for table in report.tables],
        "failures": [asdict(failure) for failure in report.failures],
        "left_out": [asdict(item) for item in report.left_out],
        "provenance": dict(report.provenance),
    }
    return {"report.json": json.dumps(content, ensure_ascii=False, indent=1) + "\n"}


def plain(table: Table) -> dict[str, Any]:
    return {
        "slug": table.slug,
        "title": table.title,
        "caption": table.caption,
        "notes": table.notes,
        "sources": table.sources,
        "columns": [asdict(column) for column in table.columns],
        "rows": [asdict(row) for row in table.rows],
    }
