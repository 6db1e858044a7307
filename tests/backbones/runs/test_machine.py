"""Workers by the machine: cores allowed, a container's quota, processes that share a node."""

import os
from pathlib import Path

import pytest
import torch

from backbones.runs.machine import NODE_VARIABLES, cores, cores_each, loader_settings, quota


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NODE_VARIABLES, "SLURM_CPUS_PER_TASK", "SLURM_TASKS_PER_NODE"):
        monkeypatch.delenv(name, raising=False)


def test_a_containers_quota_by_either_version(tmp_path: Path) -> None:
    assert quota(tmp_path) is None
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    for written, expected in (("-1\n", None), ("250000\n", 2.5)):
        (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(written)
        assert quota(tmp_path) == expected
    for written, expected in (("max 100000\n", None), ("50000 100000\n", 0.5)):
        (tmp_path / "cpu.max").write_text(written)
        assert quota(tmp_path) == expected
    assert cores(tmp_path) == 1  # never none


def test_cores_are_those_the_process_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5, 6, 7})
    assert cores(tmp_path) == 4
    (tmp_path / "cpu.max").write_text("200000 100000")
    assert cores(tmp_path) == 2


@pytest.mark.parametrize(
    ("gpu", "allowed", "world", "node", "expected"),
    [
        (True, 64, 8, "8", {"num_workers": 7, "prefetch_factor": 4}),
        (True, 64, 64, "8", {"num_workers": 7, "prefetch_factor": 4}),
        (True, 64, 1, "", {"num_workers": 16, "prefetch_factor": 4}),
        (True, 4, 8, "8", {"num_workers": 1, "prefetch_factor": 4}),
        (False, 16, 1, "", {"num_workers": 4, "prefetch_factor": 2}),
        (False, 2, 1, "", {"num_workers": 1, "prefetch_factor": 2}),
    ],
)
def test_workers_share_a_node(
    monkeypatch: pytest.MonkeyPatch,
    gpu: bool,
    allowed: int,
    world: int,
    node: str,
    expected: dict[str, int],
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    monkeypatch.setattr("backbones.runs.machine.cores", lambda: allowed)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", node)
    assert loader_settings(world, None, None) == expected


def test_what_is_given_stands() -> None:
    assert loader_settings(1, 0, 8) == {"num_workers": 0}
    assert loader_settings(1, 3, 8) == {"num_workers": 3, "prefetch_factor": 8}
    assert loader_settings(1, 3, None)["num_workers"] == 3


@pytest.mark.parametrize(
    ("variables", "allowed", "expected"),
    [
        ({}, 64, 4),  # 16 processes, as far as anyone knows here
        ({"LOCAL_WORLD_SIZE": "8"}, 64, 8),
        ({"OMPI_COMM_WORLD_LOCAL_SIZE": "4"}, 64, 16),
        ({"SLURM_TASKS_PER_NODE": "8(x2)"}, 64, 8),
        ({"SLURM_CPUS_PER_TASK": "7", "SLURM_TASKS_PER_NODE": "8(x2)"}, 7, 7),  # bound to its own
        ({"SLURM_CPUS_PER_TASK": "7", "SLURM_TASKS_PER_NODE": "8(x2)"}, 64, 7),  # not bound
        # torchrun, started once a machine by srun
        ({"LOCAL_WORLD_SIZE": "8", "SLURM_CPUS_PER_TASK": "64"}, 64, 8),
    ],
)
def test_launchers_say_how_cores_are_shared(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], allowed: int, expected: int
) -> None:
    monkeypatch.setattr("backbones.runs.machine.cores", lambda: allowed)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cores_each(16) == expected
