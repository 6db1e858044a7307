"""The first argument names a command, or belongs to the report."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.__main__ import COMMANDS, main


def test_a_command_gets_the_rest(demo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", str(demo.root)]) == 0
    assert "10 done" in capsys.readouterr().out


def test_anything_else_is_the_report(demo: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(demo.root), "--out", str(out), "--formats", "csv"]) == 0
    assert (out / "results.csv").is_file()


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    printed = capsys.readouterr().out
    for name in COMMANDS:
        assert f"python -m reports {name}" in printed
    assert "--formats LIST" in printed


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert f"usage: python -m reports {name}" in capsys.readouterr().out


def test_listing_loads_no_package_of_tables_or_figures(demo: Any) -> None:
    code = (
        "import sys; from reports.__main__ import main\n"
        f"main(['ls', {str(demo.root)!r}])\n"
        "sys.exit(', '.join({'pandas', 'matplotlib', 'torch'} & set(sys.modules)) or 0)"
    )
    root = Path(__file__).resolve().parents[2]
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=False, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
