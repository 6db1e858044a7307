"""Last words: written by a dying process, removed by the next one that starts."""

import json
import sys
from pathlib import Path

import pytest

from backbones.runs.failure import note_failures, write_failure


def test_last_words_are_written_and_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    (tmp_path / "failure.json").write_text("{}")  # of an earlier attempt
    note_failures(tmp_path)
    assert not (tmp_path / "failure.json").exists()
    try:
        raise ValueError("no batch")
    except ValueError:
        sys.excepthook(*sys.exc_info())
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert (failure["error"], failure["message"]) == ("ValueError", "no batch")
    assert "test_failure.py" in failure["traceback"]
    assert "ValueError: no batch" in capsys.readouterr().err


def test_a_reason_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    write_failure(tmp_path / "file", ValueError("no batch"))
    assert f"could not write {tmp_path}/file/failure.json" in capsys.readouterr().err
