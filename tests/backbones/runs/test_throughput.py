"""The progress line in a real MMEngine run: pictures a second, the wait, and its warning."""

import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor
from torch.utils.data import Dataset

from backbones.runs.data_wait import DataWait
from backbones.runs.throughput import Throughput


class Slow(Dataset[dict[str, Any]]):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> dict[str, Any]:
        time.sleep(self.seconds)
        return {"images": torch.ones(1)}


class Line(BaseModel):
    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, images: Tensor, mode: str) -> dict[str, Tensor]:
        time.sleep(0.02)
        return {"loss": (self.weight * images).square().mean()}


def train(folder: Path, seconds: float, interval: int = 2) -> tuple[str, list[dict[str, Any]]]:
    """Two epochs of six iterations; the log, and the numbers in it."""
    runner = Runner(
        model=Line(),
        work_dir=str(folder),
        train_dataloader=torch.utils.data.DataLoader(Slow(seconds), batch_size=2),
        train_cfg={"by_epoch": True, "max_epochs": 2},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
        default_hooks={"logger": {"type": "LoggerHook", "interval": interval}},
        custom_hooks=[Throughput(interval), DataWait()],
        experiment_name=f"{folder.name}-{seconds}-{interval}",
    )
    runner.train()
    scalars = next(folder.rglob("scalars.json")).read_text().splitlines()
    return next(folder.rglob("*.log")).read_text(), [json.loads(line) for line in scalars]


def warned(log: str) -> list[str]:
    """Of which epochs."""
    return re.findall(r"WARNING - epoch (\d): \d+% of the last iterations was spent waiting", log)


def test_waiting_for_data_is_in_the_log_and_warned_of_once_an_epoch(tmp_path: Path) -> None:
    log, numbers = train(tmp_path, seconds=0.03)  # 60 ms to load a batch, 20 to use it
    shares = [line["data_wait"] for line in numbers if "data_wait" in line]
    assert len(shares) == 6
    assert all(0.3 < share < 0.99 for share in shares)
    assert "images_per_s: " in log
    assert warned(log) == ["1", "2"]


def test_epochs_shorter_than_the_interval_are_judged_as_a_whole(tmp_path: Path) -> None:
    log, numbers = train(tmp_path, seconds=0.03, interval=20)
    assert sum("data_wait" in line for line in numbers) == 2
    assert warned(log) == ["2"]  # the first holds the start of the loaders


def test_every_line_is_of_the_iterations_since_the_last() -> None:
    wait, runner = DataWait(), SimpleNamespace()
    runner.hooks = [wait]
    hook = Throughput()
    wait.waited, wait.total = 4.0, 5.0
    assert hook.share(runner) == 0.8
    wait.waited, wait.total = 5.0, 15.0
    assert hook.share(runner) == 0.1


def test_data_that_keeps_up_brings_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backbones.runs.throughput.WARN_ABOVE", 0.9)  # a busy machine is slow too
    log, _ = train(tmp_path, seconds=0)
    assert "waiting for data" not in log
