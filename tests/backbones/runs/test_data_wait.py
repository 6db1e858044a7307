"""Seconds waited and seconds in all, by a clock that is set by hand."""

from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.hooks import CheckpointHook, Hook, LoggerHook
from mmengine.runner.priority import get_priority

from backbones.runs.data_wait import DataWait, data_wait
from backbones.runs.hook import RunRecordHook
from backbones.runs.throughput import Throughput

RUNNER: Any = None  # the hook asks nothing of it


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return now


def iteration(wait: DataWait, clock: list[float], *, loading: float, step: float) -> None:
    clock[0] += loading
    wait.before_train_iter(RUNNER, 0)
    clock[0] += step
    wait.after_train_iter(RUNNER, 0)


def test_only_the_time_before_a_batch_arrives_is_waiting(clock: list[float]) -> None:
    wait = DataWait()
    assert wait.share == 0
    wait.before_train_epoch(RUNNER)
    iteration(wait, clock, loading=1, step=3)
    iteration(wait, clock, loading=0, step=4)
    assert (wait.waited, wait.total) == (1, 8)
    clock[0] += 100  # a validation
    wait.after_val(RUNNER)
    iteration(wait, clock, loading=2, step=0)
    assert wait.share == pytest.approx(3 / 10)
    clock[0] += 100  # an epoch's figures
    wait.before_train_epoch(RUNNER)
    iteration(wait, clock, loading=1, step=1)
    assert wait.share == pytest.approx(4 / 12)


def test_a_device_that_still_computes_has_lost_nothing(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = iter([True, False])
    monkeypatch.setattr("backbones.runs.data_wait.computing", lambda: next(busy))
    wait = DataWait()
    wait.before_train_epoch(RUNNER)
    iteration(wait, clock, loading=3, step=1)
    iteration(wait, clock, loading=1, step=1)
    assert (wait.waited, wait.total) == (1, 6)


def test_other_hooks_work_on_a_step_is_no_wait() -> None:
    """Whatever they do after a step, they have done when this one looks at the clock."""
    for kind in (LoggerHook, CheckpointHook, RunRecordHook, Throughput):
        assert get_priority(kind.priority) < get_priority(DataWait.priority)


def test_a_run_without_the_hook_is_told_so() -> None:
    runner: Any = SimpleNamespace(hooks=[Hook()])
    with pytest.raises(ValueError, match="add DataWait"):
        data_wait(runner)
    wait = DataWait()
    runner.hooks.append(wait)
    assert data_wait(runner) is wait
