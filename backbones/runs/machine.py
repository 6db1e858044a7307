"""What this machine gives a loader: the cores this process may use, and who shares them."""

import os
import re
from pathlib import Path
from typing import Any

import torch

CGROUP = Path("/sys/fs/cgroup")
MOST_WORKERS = 16  # a device's; more than any GPU's pictures need
NODE_VARIABLES = ("LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE")  # torchrun's, mpirun's


def cores(cgroup: Path = CGROUP) -> int:
    """Those that the scheduler allows, or fewer where a container's quota is less."""
    allowed = len(os.sched_getaffinity(0))
    return max(1, min(allowed, int(quota(cgroup) or allowed)))


def quota(cgroup: Path) -> float | None:
    """Cores' worth of time a container has, by either version of cgroups; None without a limit."""
    unified, period = cgroup / "cpu.max", cgroup / "cpu" / "cpu.cfs_period_us"
    try:
        if unified.is_file():
            most, length = unified.read_text().split()
        else:
            most = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            length = period.read_text()
        return None if most in ("max", "-1") else int(most) / int(length)
    except (OSError, ValueError):
        return None


def cores_each(world_size: int) -> int:
    """Cores for each of a run's processes, as its launcher shares those of this machine out.

    srun binds each task to its own where it was told how many (`--cpus-per-task`); torchrun leaves
    all to all, and so is everything else taken to do.
    """
    for name in NODE_VARIABLES:
        if (value := os.environ.get(name, "")).isdecimal():
            return cores() // max(1, min(world_size, int(value)))
    if world_size > 1 and (own := os.environ.get("SLURM_CPUS_PER_TASK", "")).isdecimal():
        return min(cores(), int(own))
    nodes = re.findall(r"(?:^|,)(\d+)", os.environ.get("SLURM_TASKS_PER_NODE", ""))  # 8(x2),4
    here = min(world_size, max(map(int, nodes))) if nodes else world_size
    return cores() // max(1, here)


def loader_settings(world_size: int, workers: int | None, prefetch: int | None) -> dict[str, int]:
    """`num_workers` and, where there are any, `prefetch_factor`: as given, or by the machine.

    Beside a GPU each process keeps a core and loads with the others of its share. Without one the
    step needs the cores itself: one of four loads. Batches are fetched further ahead for a GPU,
    which is held up by a single late one.
    """
    gpu = torch.cuda.is_available()
    share = cores_each(world_size)
    chosen = share - 1 if gpu else share // 4
    count = min(MOST_WORKERS, max(1, chosen)) if workers is None else workers
    if not count:
        return {"num_workers": 0}
    ahead = (4 if gpu else 2) if prefetch is None else prefetch
    return {"num_workers": count, "prefetch_factor": ahead}


def fill_loader(
    loader: dict[str, Any], world_size: int, workers: int | None, prefetch: int | None
) -> None:
    """A loader's configuration with `loader_settings`, and what goes with them."""
    loader.pop("prefetch_factor", None)
    loader.update(loader_settings(world_size, workers, prefetch))
    loader["persistent_workers"] = loader["num_workers"] > 0
    loader["pin_memory"] = torch.cuda.is_available()
