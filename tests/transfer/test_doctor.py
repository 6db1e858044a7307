"""One line a check, a remedy for each failure, an exit code."""

import sys
from pathlib import Path

import pytest

from transfer import doctor


def test_this_environment_is_healthy(capsys: pytest.CaptureFixture) -> None:
    assert doctor.main([]) == 0
    printed = capsys.readouterr().out
    assert "mmcv operators: nms and roi_align run" in printed
    for name in doctor.CODE_BASES:
        assert f"{name}: " in printed


def test_toy_data_are_found_and_counted(toy: Path, capsys: pytest.CaptureFixture) -> None:
    assert doctor.main(["--data", str(toy)]) == 0
    printed = capsys.readouterr().out
    assert "16 / 5 pictures, 6 categories" in printed
    assert "16 / 5 pictures, not the full 20210 / 2000" in printed
    assert "16 pictures, 6 classes, 5 val" in printed


def test_mmcv_without_operators_fails_with_the_command_that_compiles_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "mmcv.ops", None)  # what an import of a missing part does
    assert doctor.main([]) == 1
    printed = capsys.readouterr().out
    assert "FAIL mmcv operators" in printed
    assert "--no-build-isolation" in printed


def test_a_missing_code_base_fails_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mmseg", None)
    finding = doctor.check_code_base("mmseg")
    assert (finding.state, finding.remedy) == ("fail", "uv pip install onedl-mmsegmentation")
