"""Exports: round trip, safety, tampering."""

from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from backbones.export import load_export, save_export, sha256_of

TENSORS = {"norm.weight": torch.ones(3), "cls_token": torch.zeros(1, 1, 3, dtype=torch.bfloat16)}


def test_round_trip(tmp_path: Path) -> None:
    written = save_export(tmp_path / "sub" / "a.pth", TENSORS, {"method": "mae", "grid": [2, 3]})
    tensors, meta = load_export(tmp_path / "sub" / "a.pth")
    assert meta == written
    assert meta["method"] == "mae"
    assert tensors.keys() == TENSORS.keys()
    for name in TENSORS:
        assert_close(tensors[name], TENSORS[name], rtol=0, atol=0)


def test_hash_depends_on_names_and_values_not_on_order() -> None:
    assert sha256_of(TENSORS) == sha256_of(dict(reversed(TENSORS.items())))
    assert sha256_of(TENSORS) != sha256_of({**TENSORS, "norm.weight": torch.zeros(3)})
    assert sha256_of({"a": torch.ones(1)}) != sha256_of({"b": torch.ones(1)})


def test_altered_tensors_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    meta = save_export(path, TENSORS, {})
    torch.save({"state_dict": {**TENSORS, "norm.weight": torch.zeros(3)}, "meta": meta}, path)
    with pytest.raises(ValueError, match="do not match their recorded sha256"):
        load_export(path)


def test_only_plain_types_in_meta(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        save_export(tmp_path / "a.pth", TENSORS, {"path": Path("x")})
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_refused(tmp_path: Path) -> None:
    torch.save({"model": {}}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="is no exported backbone"):
        load_export(tmp_path / "other.pth")
