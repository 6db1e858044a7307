"""Half-written checkpoints are recognised and passed over."""

import os
from pathlib import Path

import pytest
import torch

from backbones.runs.resume import checkpoints, newest_whole


def save(path: Path) -> Path:
    torch.save({"state_dict": {"w": torch.rand(1000)}}, path)
    return path


def test_the_newest_by_number_not_by_name(tmp_path: Path) -> None:
    for epoch in (9, 10, 2):
        save(tmp_path / f"epoch_{epoch}.pth")
    save(tmp_path / "best_epoch_11.pth")
    assert [path.name for path in checkpoints(tmp_path)] == [
        "epoch_10.pth",
        "epoch_9.pth",
        "epoch_2.pth",
    ]
    assert newest_whole(tmp_path) == tmp_path / "epoch_10.pth"


@pytest.mark.parametrize("damage", ["half", "empty", "flipped"])
def test_a_damaged_one_is_passed_over_with_a_warning(tmp_path: Path, damage: str) -> None:
    good, bad = save(tmp_path / "epoch_1.pth"), save(tmp_path / "epoch_2.pth")
    data = bytearray(bad.read_bytes())
    if damage == "flipped":
        data[len(data) // 2] ^= 255
    bad.write_bytes({"half": data[: len(data) // 2], "empty": b""}.get(damage, data))
    with pytest.warns(UserWarning, match=r"epoch_2\.pth is only half written"):
        assert newest_whole(tmp_path) == good


def test_runs_by_iteration_are_the_same(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"iter_{step}.pth") for step in (5000, 15000)]
    assert checkpoints(tmp_path) == paths[::-1]


def test_the_newest_is_the_one_the_run_wrote_last(tmp_path: Path) -> None:
    """Iterations and epochs are counted apart, and iterations anew with other accumulation."""
    earlier, also, last = (save(tmp_path / f"{x}.pth") for x in ("iter_12", "iter_6", "epoch_3"))
    (tmp_path / "last_checkpoint").write_text("/where/it/was/trained/epoch_3.pth")
    assert checkpoints(tmp_path) == [last, earlier, also]
    (tmp_path / "last_checkpoint").write_text("iter_6.pth\n")
    assert newest_whole(tmp_path) == also
    (tmp_path / "last_checkpoint").write_text("")
    assert newest_whole(tmp_path) == earlier


@pytest.mark.parametrize("half", [False, True])
def test_a_run_killed_before_it_named_its_newest(tmp_path: Path, half: bool) -> None:
    """Killed while it wrote epoch 3, or just after: `last_checkpoint` still names epoch 2."""
    earlier, named, unnamed = (save(tmp_path / f"epoch_{n}.pth") for n in (1, 2, 3))
    note = tmp_path / "last_checkpoint"
    note.write_text("epoch_2.pth")
    for age, path in enumerate((unnamed, note, named, earlier)):
        os.utime(path, (1e9 - age, 1e9 - age))
    assert checkpoints(tmp_path) == [unnamed, named, earlier]
    if not half:
        assert newest_whole(tmp_path) == unnamed
        return
    unnamed.write_bytes(unnamed.read_bytes()[:-100])
    with pytest.warns(UserWarning, match=r"epoch_3\.pth is only half written"):
        assert newest_whole(tmp_path) == named


def test_nothing_to_continue(tmp_path: Path) -> None:
    assert newest_whole(tmp_path) is None
