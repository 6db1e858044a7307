"""Half-written checkpoints are recognised and passed over."""

import os
from itertools import permutations
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


def aged(*oldest_first: Path) -> None:
    for age, path in enumerate(oldest_first):
        os.utime(path, (1e9 + age, 1e9 + age))


@pytest.fixture
def named(tmp_path: Path) -> tuple[Path, ...]:
    """Epochs 1, 2 and 3, and the note, which names epoch 2."""
    (tmp_path / "last_checkpoint").write_text("epoch_2.pth")
    saved = (save(tmp_path / f"epoch_{n}.pth") for n in (1, 2, 3))
    return *saved, tmp_path / "last_checkpoint"


@pytest.mark.parametrize("half", [False, True])
def test_a_run_killed_before_it_named_its_newest(
    tmp_path: Path, named: tuple[Path, ...], half: bool
) -> None:
    first, second, third, note = named
    if half:
        third.write_bytes(third.read_bytes()[:-100])
    aged(first, second, note, third)
    assert checkpoints(tmp_path) == [third, second, first]
    if not half:
        assert newest_whole(tmp_path) == third
        return
    with pytest.warns(UserWarning, match=r"epoch_3\.pth is only half written"):
        assert newest_whole(tmp_path) == second


def test_a_copy_of_a_run_may_be_in_any_order(tmp_path: Path, named: tuple[Path, ...]) -> None:
    first, second, third, note = named
    note.write_text("epoch_3.pth")
    for order in permutations((first, second, third, note)):
        aged(*order)
        assert checkpoints(tmp_path) == [third, second, first]


def test_what_was_there_before_the_note_is_older(tmp_path: Path, named: tuple[Path, ...]) -> None:
    first, second, third, note = named
    for path in named:
        os.utime(path, (1e9, 1e9))  # a clock of whole seconds
    assert checkpoints(tmp_path) == [second, third, first]
    aged(third, second, note, first)
    assert checkpoints(tmp_path) == [second, third, first]
    counted_otherwise = save(tmp_path / "iter_9.pth")
    assert checkpoints(tmp_path) == [second, counted_otherwise, third, first]


def test_an_older_one_may_have_gone_elsewhere(tmp_path: Path, named: tuple[Path, ...]) -> None:
    named[0].unlink()
    named[0].symlink_to(tmp_path / "gone.pth")
    assert newest_whole(tmp_path) == named[2]


def test_nothing_to_continue(tmp_path: Path) -> None:
    assert newest_whole(tmp_path) is None
