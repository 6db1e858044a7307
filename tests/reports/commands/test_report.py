"""The command: what it writes, what it prints, when it fails; always the same bytes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.commands.report import main


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_every_format_and_what_is_printed(
    demo: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.put_text("{", "demo/coco/beit/seed0")
    demo.put_text(json.dumps({"error": "E", "message": "why"}), "demo/x", "failure.json")
    assert main([str(demo.root), "--out", str(tmp_path / "out")]) == 0
    written = contents(tmp_path / "out")
    assert {"index.html", "report.md", "results.csv", "curves.csv"} <= set(written)
    assert {"tables/demo-coco.tex", "tables/demo-coco.csv"} <= set(written)
    assert "figures/demo-coco-box_ap.svg" in written
    printed = capsys.readouterr().out
    for part in (
        *("22.0 ± 2.6", "demo/coco/beit/seed0/result.json: not JSON", "index.html"),
        *("demo/x/failure.json: E: why", "demo-coco.tex"),
    ):
        assert part in printed


@pytest.mark.parametrize(
    ("formats", "expected"),
    [("md", "report.md"), ("csv", "results.csv"), ("html", "index.html")],
)
def test_one_format_alone(demo: Any, tmp_path: Path, formats: str, expected: str) -> None:
    assert main([str(demo.root), "--out", str(tmp_path / "out"), "--formats", formats]) == 0
    written = contents(tmp_path / "out")
    assert expected in written
    others = {"report.md", "results.csv", "index.html", "tables/demo-coco.tex"} - {expected}
    assert not others.intersection(written)


def test_the_same_records_give_the_same_bytes(demo: Any, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other machine" / "runs"  # a copy, with its report as near as ours
    files = sorted(demo.root.rglob("*"), reverse=True)  # created in another order, elsewhere
    for file in files:
        if file.is_file():
            target = elsewhere / file.relative_to(demo.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    assert main([str(demo.root), "--out", str(tmp_path / "first")]) == 0
    code = f"import reports.commands.report as m; m.main([{str(elsewhere)!r}, '--out', 'first'])"
    source = str(Path(__file__).resolve().parents[3])
    subprocess.run(  # another process: another hash seed, another working directory
        [sys.executable, "-c", code],
        cwd=elsewhere.parent,
        env={"PYTHONPATH": source, "PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    assert contents(tmp_path / "first") == contents(elsewhere.parent / "first")


def test_a_report_inside_its_own_runs_does_not_feed_on_itself(demo: Any) -> None:
    out = demo.root / "demo" / "report"
    assert main([str(demo.root), "--out", str(out)]) == 0
    before = contents(out)
    assert main([str(demo.root), "--out", str(out)]) == 0
    assert contents(out) == before


def test_files_of_an_earlier_report_are_pointed_out(
    demo: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "out" / "tables" / "old.csv"
    old.parent.mkdir(parents=True)
    old.write_text("x")
    assert main([str(demo.root), "--out", str(tmp_path / "out"), "--formats", "csv"]) == 0
    assert "From an earlier report, not this one: tables/old.csv" in capsys.readouterr().out
    assert old.exists()


def test_no_records_is_exit_code_2_and_writes_nothing(
    runs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(runs.root), "--out", str(tmp_path / "out")]) == 2
    assert f"no usable result.json under {runs.root}" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["runs", "--out", "x", "--formats", "pdf,md"])
    assert "pdf is no format, choose from md,csv,tex,html" in capsys.readouterr().err


@pytest.mark.parametrize("method", ["模型 ü/ß", "..", "a b", "[red]x[/red]", "$x$", "-"])
def test_any_method_name(runs: Any, tmp_path: Path, method: str) -> None:
    runs.transfer(method, "coco", 0, box_ap=10.0, folder="x")
    runs.transfer("random", "coco", 0, box_ap=9.0)
    assert main([str(runs.root), "--out", str(tmp_path / "out")]) == 0
    assert method in (tmp_path / "out" / "results.csv").read_text("utf-8")


def test_no_heavy_package_is_imported(demo: Any, tmp_path: Path) -> None:
    code = (
        "import sys, reports.commands.report as m\n"
        f"m.main([{str(demo.root)!r}, '--out', {str(tmp_path / 'out')!r}])\n"
        "heavy = {'torch', 'torchvision', 'timm', 'mmengine', 'mmcv', 'mmdet', 'mmseg'}\n"
        "ours = {'backbones', 'pretrain', 'transfer'}\n"
        "sys.exit(', '.join((heavy | ours) & set(sys.modules)) or 0)"
    )
    root = Path(__file__).resolve().parents[3]
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
