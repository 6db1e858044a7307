"""`python -m transfer.toy`."""

from pathlib import Path

import pytest

from transfer.toy.__main__ import main

SMALL = ["--train", "2", "--val", "1", "--size", "48", "--workers", "1"]


def test_it_writes_then_keeps_then_refuses_then_replaces(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = str(tmp_path / "toy")
    assert main([out, *SMALL]) == 0
    assert "wrote 9 pictures" in capsys.readouterr().err
    assert main([out, *SMALL]) == 0
    assert "kept" in capsys.readouterr().err
    assert main([out, *SMALL, "--seed", "1"]) == 2
    assert "add --replace" in capsys.readouterr().err
    assert main([out, *SMALL, "--seed", "1", "--replace"]) == 0
    assert "wrote 9 pictures" in capsys.readouterr().err


def test_help_says_what_and_where(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "COCO 2017" in capsys.readouterr().out
