"""A run continues at its newest whole checkpoint, and never at another run's."""

from pathlib import Path

import pytest
import torch

from transfer.resume import checkpoint_to_continue

OURS = {"configuration": "a", "seed": 0, "weights": None, "data": ["b", "c"]}


def save(folder: Path, step: int, **changes: object) -> Path:
    path = folder / f"iter_{step}.pth"
    torch.save({"meta": {"recipe": {**OURS, **changes}}, "state_dict": {"w": torch.ones(9)}}, path)
    return path


def test_another_recipes_checkpoints_are_passed_over(tmp_path: Path) -> None:
    ours = save(tmp_path, 5)
    save(tmp_path, 10, weights="another export")  # of an earlier run in this folder
    assert checkpoint_to_continue(tmp_path, OURS, restart_if_changed=False) == ours


def test_only_another_recipes_checkpoints_stop_the_run(tmp_path: Path) -> None:
    save(tmp_path, 5, weights="another export", seed=1)
    with pytest.raises(ValueError, match=r"differs in seed and weights \(iter_5\.pth\)"):
        checkpoint_to_continue(tmp_path, OURS, restart_if_changed=False)
    assert checkpoint_to_continue(tmp_path, OURS, restart_if_changed=True) is None


def test_checkpoints_of_an_unknown_recipe_stop_the_run(tmp_path: Path) -> None:
    torch.save({"meta": {}, "state_dict": {}}, tmp_path / "iter_1.pth")
    with pytest.raises(ValueError, match="differs in configuration"):
        checkpoint_to_continue(tmp_path, OURS, restart_if_changed=False)


def test_nothing_to_continue(tmp_path: Path) -> None:
    assert checkpoint_to_continue(tmp_path, OURS, restart_if_changed=False) is None
