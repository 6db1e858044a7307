"""The average moves once a step of the optimiser, however many iterations make a step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from torch.testing import assert_close

from pretrain.__main__ import main
from pretrain.checkpoint import read_checkpoint


@pytest.fixture
def run(tmp_path: Path, command: Callable[..., list[str]]) -> Callable[..., dict[str, Any]]:
    """The last checkpoint of a supervised run of two epochs of two steps."""

    def train(name: str, *flags: str, most: int) -> dict[str, Any]:
        options = {"epochs": 2, "device_batch_size": most, "base_lr": 0.1}
        main(command(tmp_path / name, *flags, config="supervised", **options))
        return read_checkpoint(tmp_path / name / "epoch_2.pth")

    return train


def assert_close_runs(one: dict[str, Any], other: dict[str, Any]) -> None:
    # the average is what is kept as state_dict, the last weights are ema_state_dict
    for part in ("state_dict", "ema_state_dict"):
        for name, tensor in one[part].items():
            assert_close(other[part][name], tensor, rtol=0, atol=1e-5, msg=f"{part} {name}")
    assert other["ema_state_dict"]["steps"] == one["ema_state_dict"]["steps"] == 4
    average, last = one["state_dict"], one["ema_state_dict"]
    moved = average["classifier.head.bias"] - last["module.classifier.head.bias"]
    assert moved.abs().max() > 1e-4  # so that the comparison tells


def test_accumulating_changes_neither_weights_nor_their_average(
    run: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    whole, accumulated = run("whole", most=4), run("accumulated", most=2)
    assert (whole["meta"]["iter"], accumulated["meta"]["iter"]) == (4, 8)
    assert_close_runs(whole, accumulated)
    for name, first, most, iterations in (("more", "whole", 2, 8), ("less", "accumulated", 4, 4)):
        (tmp_path / name).mkdir()
        half = (tmp_path / first / "epoch_1.pth").read_bytes()
        (tmp_path / name / "epoch_1.pth").write_bytes(half)
        resumed = run(name, "--resume", most=most)
        assert resumed["meta"]["iter"] == iterations
        assert_close_runs(whole, resumed)
