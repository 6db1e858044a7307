"""The state of a search as a person sees it: by hand-made outcomes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from transfer.sweep.__main__ import main

ROOT = Path(__file__).parents[3]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One setting finished and chosen, one failed, one diverged, one not run, for `random`."""
    monkeypatch.chdir(ROOT)
    outcomes: list[dict[str, Any]] = [
        {"status": "finished", "score": 41.25},
        {"status": "failed", "score": None, "error": "OutOfMemoryError"},
        {"status": "diverged", "score": None, "error": "FloatingPointError"},
    ]
    search = tmp_path / "sweep/coco/random"
    for point, outcome in enumerate(outcomes, 1):
        file = search / f"point-{point:02d}/seed0/tried.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(outcome))
    (search / "chosen.json").write_text(json.dumps({"chosen": {"point": 1}}))
    content = yaml.safe_load((ROOT / "transfer/suites/demo_sweep.yaml").read_text())
    path = tmp_path / "suite.yaml"
    path.write_text(yaml.safe_dump({**content, "methods": {"random": None}}))
    return path


def rows(printed: str) -> list[str]:
    return [line.split("│")[-2].strip() for line in printed.splitlines() if line[:1] == "│"]


def test_every_point_and_the_budget(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(suite), "--config", f"root={suite.parent}"]) == 0
    printed = capsys.readouterr().out
    assert "best of 4 settings by box_ap on the data that are reported" in printed
    assert rows(printed) == ["41.25 *", "failed (OutOfMemoryError)", "diverged", "–"]


def test_only_what_failed_is_tried_again(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(suite), "--config", f"root={suite.parent}", "--retry"]) == 0
    printed = capsys.readouterr().out
    assert "to be tried again" in printed
    assert rows(printed) == ["41.25 *", "–", "diverged", "–"]
    left = sorted(file.parent.parent.name for file in suite.parent.rglob("tried.json"))
    assert left == ["point-01", "point-03"]


def test_a_suite_that_searches_nothing_or_is_none(
    suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(ROOT / "transfer/suites/demo.yaml")]) == 2
    assert "suite demo declares no sweep" in capsys.readouterr().err
    assert main([str(suite), "--config", "sweep=3"]) == 2
    assert "sweep must map tasks to their search" in capsys.readouterr().err
    assert main([str(suite.parent / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err
