"""Seconds waited and seconds in all, by a clock that is set by hand."""

import pytest

from backbones.runs.data_wait import DataWait


def test_only_the_time_before_a_batch_arrives_is_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    wait = DataWait()
    assert wait.share == 0
    for loading, step in ((1, 3), (0, 4)):
        clock[0] += loading
        wait.arrived()
        clock[0] += step
        wait.done()
    assert (wait.waited, wait.total) == (1, 8)
    clock[0] += 100  # a validation
    wait.begin()
    clock[0] += 2
    wait.arrived()
    wait.done()
    assert wait.share == pytest.approx(3 / 10)
