"""The benchmark reads records as real ones are, and prints what it measured."""

from pathlib import Path

import pytest

from reports.benchmark.__main__ import main
from reports.benchmark.reading import generate
from reports.records.scan import scan


def test_its_records_are_whole(tmp_path: Path) -> None:
    generate(tmp_path, 120)
    found = scan(tmp_path)
    assert (len(found.records), found.left_out) == (120, ())
    lengths = [len(curve.values) for curve in found.records[0].curves.values()]
    assert sorted(lengths) == [20, 20, 20, 20, 20, 20, 200]


def test_what_it_prints(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["reading", "--records", "30", "--repeats", "1", "--processes", "2"]) == 0
    printed = capfd.readouterr().out
    for part in ("30 records", "read, 1 process ", "read, 2 processes", "frame of curves"):
        assert part in printed


def test_benchmarks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "python -m reports.benchmark reading" in capsys.readouterr().out
    assert main(["nothing"]) == 2
