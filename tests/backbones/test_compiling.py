"""The modes offered are PyTorch's, and a mistyped one is refused before anything is loaded."""

from pathlib import Path

import pytest
import torch

from backbones.compiling import COMPILE_MODES
from pretrain.__main__ import parse


def test_pytorch_knows_every_mode() -> None:
    for mode in COMPILE_MODES:
        torch.compile(torch.nn.Identity(), mode=mode)  # compiles nothing yet, but looks the mode up
    with pytest.raises(RuntimeError, match="Unrecognized mode"):
        torch.compile(torch.nn.Identity(), mode="fastest")


def test_a_mistyped_mode_is_refused_with_the_right_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["config.py", "--work-dir", str(tmp_path), "--compile", "fastest"])
    said = capsys.readouterr().err
    assert "invalid choice: 'fastest'" in said
    assert all(mode in said for mode in COMPILE_MODES)
