"""The record hook in a real MMEngine run: complete record at the end, reasons when it dies."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.hooks import LoggerHook
from mmengine.runner.priority import get_priority

from backbones.runs.data_wait import DataWait
from backbones.runs.hook import RunRecordHook

SCRIPT = """
import sys
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from backbones.runs.data_wait import DataWait
from backbones.runs.divergence import StopOnDivergence
from backbones.runs.hook import RunRecordHook

class Hook(RunRecordHook):
    def describe(self, runner):
        return {"kind": "pretrain", "cell": {"method": "line"}}

class Line(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))
        self.steps = 0
    def forward(self, x, mode):
        self.steps += 1
        if self.steps == int(sys.argv[2]):
            return {"loss": (self.weight * float("nan")).sum()}
        return {"loss": (self.weight * x).square().mean()}

data = torch.utils.data.DataLoader([{"x": torch.ones(1), "path": f"{i}.jpg"} for i in range(8)], 2)
Line.data = None
model = Line()
model.data_preprocessor.forward = lambda batch, training: {"x": batch["x"]}
Runner(
    model=model, work_dir=sys.argv[1], train_dataloader=data,
    train_cfg=dict(by_epoch=True, max_epochs=3),
    optim_wrapper=dict(optimizer=dict(type="SGD", lr=0.1)),
    custom_hooks=[Hook(), DataWait(), StopOnDivergence(interval=1)],
    default_scope="mmengine",
).train()
"""


class Line(RunRecordHook):
    def describe(self, runner: Any) -> dict[str, Any]:
        return {"kind": "pretrain"}


def run(tmp_path: Path, nan_at: int) -> subprocess.CompletedProcess[str]:
    (tmp_path / "train.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "train.py"), str(tmp_path / "run"), str(nan_at)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_finished_run_leaves_a_record(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "failure.json").write_text("{}")  # of an earlier attempt
    done = run(tmp_path, nan_at=-1)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    assert record["schema"] == 2
    assert record["cell"] == {"method": "line"}
    steps = [step for step, _ in record["curves"]["loss"]]
    assert steps == list(range(1, 13))
    assert record["curves"]["loss"][0][1] == pytest.approx(1.0)
    assert record["timing"]["images_per_second"] > 0
    assert record["timing"]["peak_memory_bytes"] > 1e7
    assert record["timing"]["devices"] == 1
    assert record["environment"]["versions"]["torch"]
    assert record["files"].keys() == {"config", "log"}
    assert "Epoch(train)" in (tmp_path / "run" / record["files"]["log"]).read_text()
    assert (tmp_path / "run" / record["files"]["config"]).is_file()
    assert not (tmp_path / "run" / "failure.json").exists()


def test_a_run_that_dies_says_why_and_leaves_no_record(tmp_path: Path) -> None:
    died = run(tmp_path, nan_at=6)
    assert died.returncode != 0
    assert "the loss is nan at iteration 6 (batch: 2.jpg, 3.jpg)" in died.stderr
    failure = json.loads((tmp_path / "run" / "failure.json").read_text())
    assert failure["error"] == "FloatingPointError"
    assert "lower the learning rate" in failure["message"]
    assert "after_train_iter" in failure["traceback"]
    assert not (tmp_path / "run" / "result.json").exists()


def test_speed_counts_every_process_and_the_wait_for_data_but_not_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    monkeypatch.setattr("backbones.runs.hook.get_world_size", lambda: 4)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    wait = DataWait()
    runner = SimpleNamespace(iter=0, work_dir=tmp_path, max_iters=10, hooks=[wait])
    hook = Line()
    hook.before_train(runner)

    def iteration(*, loading: float, step: float) -> None:
        clock[0] += loading + step
        hook.after_train_iter(runner, 0, [0, 0, 0])

    iteration(loading=1, step=2)
    hook.before_val(runner)
    clock[0] += 100
    hook.after_val(runner)
    iteration(loading=2, step=1)
    wait.waited, wait.total = 1.0, 4.0
    timing = hook.timing()
    assert timing["images_per_second"] == 4  # 2 iterations x 3 pictures x 4 processes in 6 s
    assert timing["devices"] == 4
    assert timing["data_wait_share"] == 0.25


def test_memory_is_asked_for_before_the_logger_forgets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MMEngine's logger resets the peak of a GPU at every line."""
    assert isinstance(RunRecordHook.priority, int)
    assert RunRecordHook.priority < get_priority(LoggerHook.priority)
    peaks = iter([7, 90, 8, 9])
    monkeypatch.setattr("backbones.runs.hook.peak_memory", lambda: next(peaks))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    hook = Line()
    runner = SimpleNamespace(iter=0, work_dir=tmp_path, max_iters=10, hooks=[DataWait()])
    hook.before_train(runner)
    for _ in range(3):
        hook.after_train_iter(runner, 0, [0])
    assert hook.timing()["peak_memory_bytes"] == 90


def test_a_hook_that_describes_nothing_cannot_be_built() -> None:
    with pytest.raises(TypeError, match=r"abstract method '?describe"):
        RunRecordHook()
