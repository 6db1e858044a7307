"""The long frames, and each table with unrounded numbers, as CSV."""

import pandas as pd

from reports.formats.files import Files
from reports.report import Report


def csv_files(report: Report) -> Files:
    """The long frames, and each table with unrounded numbers."""
    files: Files = {"results.csv": as_csv(report.results), "curves.csv": as_csv(report.curves)}
    return files | {f"tables/{table.slug}.csv": as_csv(table.numbers) for table in report.tables}


def as_csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n")
