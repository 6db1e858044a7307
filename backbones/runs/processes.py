"""The processes of a run: how many there are, and one decision for all of them."""

import argparse
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import torch
from mmengine.dist import (
    all_reduce,
    broadcast_object_list,
    init_dist,
    is_distributed,
    is_main_process,
)
from mmengine.utils.dl_utils import set_multi_processing
from torch import Tensor

T = TypeVar("T")
# Where launchers say how many processes there are, before these know each other.
VARIABLES = {
    "none": None,
    "pytorch": "WORLD_SIZE",
    "slurm": "SLURM_NTASKS",
    "mpi": "OMPI_COMM_WORLD_SIZE",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--launcher`, and the rank that `torch.distributed.launch` passes."""
    parser.add_argument("--launcher", choices=VARIABLES, default="none")
    parser.add_argument("--local_rank", "--local-rank", type=int, help=argparse.SUPPRESS)


def launched(arguments: argparse.Namespace) -> int:
    """How many processes a command was started as, its own rank noted where MMEngine looks for it.

    Raises:
        ValueError: where there are more than GPUs, or not as the launcher needs them.
    """
    if arguments.local_rank is not None:
        os.environ.setdefault("LOCAL_RANK", str(arguments.local_rank))
    count = world_size(arguments.launcher)
    if arguments.launcher != "none":
        check_devices(arguments.launcher)
    return count


def check_devices(launcher: str) -> None:
    """Each process that torchrun starts on a machine has a GPU of its own, or none has one.

    (srun may show a process its own alone, and MMEngine shares out what it sees.)

    Raises:
        ValueError: where that is not so, or the launcher cannot do without.
    """
    if not torch.cuda.is_available():
        if launcher != "pytorch":
            raise ValueError(
                f"--launcher {launcher} needs a GPU for each process (MMEngine binds each to one), "
                "and none is found here; without GPUs start by torchrun, with --launcher pytorch"
            )
        return
    number, gpus = int(os.environ.get("LOCAL_RANK", 0)), torch.cuda.device_count()
    if number >= gpus:
        raise ValueError(
            f"process {number} (counted from 0) of this machine has no GPU of its own: it has "
            f"{gpus}; start as many processes, e.g. torchrun --nproc-per-node {gpus}"
        )


def world_size(launcher: str) -> int:
    """How many processes there will be.

    Raises:
        ValueError: where the launcher has not said so.
    """
    variable = VARIABLES[launcher]
    if variable is None:
        return 1
    if variable not in os.environ:
        raise ValueError(
            f"--launcher {launcher} without {variable} in the environment; start the command by "
            "torchrun, srun or mpirun, or leave --launcher out"
        )
    return int(os.environ[variable])


def join(launcher: str, env: Mapping[str, Any]) -> None:
    """Let the processes find each other now; the runner, built later, keeps to it.

    By the backend that `env`, a config's `env_cfg`, names; without GPUs by gloo, which MMEngine
    cannot start: it gives each process a GPU first.
    """
    if launcher == "none" or is_distributed():
        return
    set_multi_processing(**env.get("mp_cfg", {}), distributed=True)
    options = dict(env.get("dist_cfg", {}))
    if launcher == "pytorch" and not torch.cuda.is_available():
        timeout = timedelta(seconds=options["timeout"]) if options.get("timeout") else None
        torch.distributed.init_process_group("gloo", timeout=timeout)
    else:
        init_dist(launcher, **options)


def process_mean(value: Tensor) -> Tensor:
    """The mean over all processes, which must all ask; of a loss, that of the whole batch."""
    mean = value.detach().clone()
    all_reduce(mean, op="mean")
    return mean


def by_main(decide: Callable[[], T]) -> T:
    """What the main process's `decide()` returns or raises, in every process.

    For what depends on files that one of them may move.
    """
    outcome: list[Any] = [None, None]  # answer, error
    if is_main_process():
        try:
            outcome[0] = decide()
        except Exception as error:  # the other processes must not wait for an answer
            outcome[1] = error
    broadcast_object_list(outcome)
    if outcome[1] is not None:
        raise outcome[1]
    answer: T = outcome[0]
    return answer
