"""Whatever comes of a search run is kept, once, and what was merely killed is none of it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from transfer.sweep import files
from transfer.sweep.search import main, of_record

RUN = {"point": 2, "seed": 0, "settings": {"lr": 0.1}, "options": [], "select": "box_ap"}


def record(**changes: Any) -> dict[str, Any]:
    found = {
        "sweep": {"role": "search", "point": 2},
        "metrics": {"box_ap": {"value": 12.5, "unit": "%", "higher_is_better": True}},
        "n_images": 5,
        "data": {"name": "toy", "manifest_sha256": "ab"},
        "timing": {"wall_seconds": 3.0},
    }
    return found | changes


def attempt(folder: Path, files: dict[str, Any], status: int = 0) -> int:
    """A training that leaves these files and ends with this status."""
    code = "import json, pathlib, sys\n"
    code += f"for name, content in json.loads({json.dumps(json.dumps(files))}).items():\n"
    code += f"    (pathlib.Path({str(folder)!r}) / name).write_text(json.dumps(content))\n"
    code += f"sys.exit({status})"
    return main([str(folder), "--run", json.dumps(RUN), "--", sys.executable, "-c", code])


def test_a_run_that_finishes_is_kept_with_its_score(tmp_path: Path) -> None:
    assert attempt(tmp_path, {"result.json": record()}) == 0
    tried = json.loads((tmp_path / "tried.json").read_text())
    assert tried.items() >= {"schema": 1, **RUN, "status": "finished", "score": 12.5}.items()
    assert tried["selected_on"] == {"n_images": 5, "name": "toy", "manifest_sha256": "ab"}
    assert tried["higher_is_better"] is True
    assert tried["seconds"] > 0


@pytest.mark.parametrize(
    ("error", "status"), [("FloatingPointError", "diverged"), ("RuntimeError", "failed")]
)
def test_a_run_that_dies_of_something_was_tried(tmp_path: Path, error: str, status: str) -> None:
    failure = {"schema": 1, "error": error, "message": "the loss is nan", "traceback": "…"}
    assert attempt(tmp_path, {"failure.json": failure}, status=1) == 0
    tried = json.loads((tmp_path / "tried.json").read_text())
    assert (tried["status"], tried["score"], tried["error"]) == (status, None, error)
    assert tried["message"] == "the loss is nan"
    assert not (tmp_path / "failure.json").exists()


def test_one_that_is_killed_at_the_end_does_not_stay_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a `tried.json` that is there, nobody would ever remove its failure."""
    found = []
    monkeypatch.setattr(files, "write", lambda *_: found.append(sorted(tmp_path.iterdir())))
    failure = {"schema": 1, "error": "RuntimeError", "message": "…", "traceback": "…"}
    assert attempt(tmp_path, {"failure.json": failure}, status=1) == 0
    assert found == [[]]


@pytest.mark.parametrize("files", [{}, {"failure.json": {"error": "KeyboardInterrupt"}}])
def test_a_run_that_was_killed_has_no_outcome(
    tmp_path: Path, files: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert attempt(tmp_path, files, status=7) == 7
    assert not (tmp_path / "tried.json").exists()
    assert "no outcome" in capsys.readouterr().err


def test_what_an_earlier_run_left_is_not_this_runs_outcome(tmp_path: Path) -> None:
    for name in ("result.json", "tried.json", "failure.json"):
        (tmp_path / name).write_text(json.dumps(record()))
    assert attempt(tmp_path, {}, status=0) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "metrics", [{"miou": {"value": 1.0}}, {"box_ap": {"value": None}}, {"box_ap": {"value": 1e999}}]
)
def test_a_record_without_the_score_to_go_by_failed(metrics: dict[str, Any]) -> None:
    found = of_record(record(metrics=metrics), "box_ap")
    assert (found["status"], found["score"], found["error"]) == ("failed", None, "no score")
    assert found["message"].startswith("box_ap is")


def test_a_record_that_does_not_say_it_is_of_a_search_is_refused() -> None:
    with pytest.raises(ValueError, match=r"add transfer\.sweep\.block\.sweep_block"):
        of_record(record(sweep=None), "box_ap")
