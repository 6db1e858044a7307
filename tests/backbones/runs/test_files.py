"""Files that exist are complete."""

import os
from pathlib import Path

import numpy as np
import pytest

from backbones.runs.files import write_arrays, write_atomic, write_json


def test_a_failing_write_keeps_the_old_file_and_no_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sub" / "result.json"
    write_json(path, {"a": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "x" * 100)
    assert path.read_text() == '{\n "a": 1\n}\n'
    assert [p.name for p in path.parent.iterdir()] == ["result.json"]


def test_json_never_holds_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_arrays_come_back_without_unpickling(tmp_path: Path) -> None:
    arrays = {"ids": np.array([3, 1]), "names": np.array(["a", "bc"]), "none": np.zeros((0, 2))}
    write_arrays(tmp_path / "new" / "a.npz", arrays)
    with np.load(tmp_path / "new" / "a.npz", allow_pickle=False) as kept:
        assert kept.keys() == arrays.keys()
        for name, array in arrays.items():
            assert kept[name].dtype == array.dtype
            assert kept[name].tolist() == array.tolist()
            assert kept[name].shape == array.shape
