"""The command: what it prints in each format, and when it says that something is to be done."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from reports.commands.ls import ago, main

FAILURE = json.dumps({"error": "OSError", "message": "[red]disk[/red] full", "when": ""})
SUITE = "suite: demo\nmethods: {random: , mae-pixel: , supervised: }\ntasks: {coco: }\n"


def test_everything_done_is_exit_code_0(demo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(demo.root)]) == 0
    printed = capsys.readouterr().out
    assert "10 done\n" in printed
    assert "box AP 20.0, mask AP 15.0" in printed
    assert "loss 0.250" in printed


def test_failed_and_missing_are_exit_code_1(
    demo: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.put_text(FAILURE, "demo/coco/random/seed5", "failure.json")
    assert main([str(demo.root)]) == 1
    printed = capsys.readouterr().out
    assert "10 done, 1 failed\n" in printed
    assert "OSError: [red]disk[/red] full" in printed
    (demo.root / "demo/coco/random/seed5/failure.json").unlink()
    (tmp_path / "suite.yaml").write_text(f"{SUITE}seeds: [0, 1]\n")
    assert main([str(demo.root), "--suite", str(tmp_path / "suite.yaml")]) == 1
    printed = capsys.readouterr().out
    assert "10 done, 1 missing\n" in printed
    assert "demo/coco/supervised/seed1" in printed


def test_running_is_exit_code_0_and_stopped_1(
    demo: Any, make_log: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_log(
        "runs/demo/coco/mae/seed0", "2026", "train_cfg = dict(max_iters=9)", [{"iter": 3}]
    )
    wrote = max(file.stat().st_mtime for file in run.rglob("*"))
    monkeypatch.setattr("reports.listing.cells.time.time", lambda: wrote + 7)
    assert main([str(demo.root)]) == 0
    printed = capsys.readouterr().out
    assert "10 done, 1 running\n" in printed
    assert "3 of 9 iterations, last wrote 7 s ago" in printed
    assert main([str(demo.root), "--idle-minutes", "0"]) == 1
    printed = capsys.readouterr().out
    assert "10 done, 1 stopped\n" in printed
    assert "demo/coco/mae/seed0/2026/2026.log" in printed


def test_runs_of_a_search_are_one_line(
    demo: Any, make_transfer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for point in (1, 2):
        record = make_transfer("mae", "coco", 0, {"box_ap": 1.0}, sweep={"role": "search"})
        demo.put(record, f"demo/sweep/coco/mae/point-0{point}/seed0")
    assert main([str(demo.root)]) == 0
    printed = capsys.readouterr().out
    assert "runs of a search, not listed: 2 done\n" in printed
    assert "10 done\n" in printed


def test_csv(demo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(demo.root), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 10
    row = next(row for row in rows if row["path"] == "demo/coco/mae-pixel/seed2")
    assert (row["state"], row["method"], row["metric"], row["value"], row["unit"]) == (
        *("done", "mae-pixel", "box_ap", "25.0", "%"),
    )


def test_json(demo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    demo.put_text(FAILURE, "demo/coco/random/seed5", "failure.json")
    assert main([str(demo.root), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"done": 10, "failed": 1}
    cells = {cell["path"]: cell for cell in found["cells"]}
    assert cells["demo/coco/mae-pixel/seed2"]["metrics"]["mask_ap"]["value"] == 20.0
    assert cells["demo/coco/random/seed5"]["reason"] == "OSError: [red]disk[/red] full"


def test_bad_input_is_exit_code_2(
    runs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(runs.root)]) == 2
    assert f"no run under {runs.root}: give the folder" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
    assert main([str(runs.root), "--suite", str(tmp_path / "gone.yaml")]) == 2
    assert "gone.yaml cannot be read" in capsys.readouterr().err
    for wrong in (["--idle-minutes", "-1"], ["--idle-minutes", "x"], ["--format", "xml"]):
        with pytest.raises(SystemExit, match="2"):
            main([str(runs.root), *wrong])


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "3 s"), (60, "1 min"), (3600, "1 h"), (180_000, "2 d")]
)
def test_how_long_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words
