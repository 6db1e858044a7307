"""The processes of a run: how many there are, and one decision for all of them."""

import argparse
import os
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from mmengine.config import Config
from mmengine.dist import broadcast_object_list, init_dist, is_distributed, is_main_process
from mmengine.utils.dl_utils import set_multi_processing

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
        ValueError: where several are asked for without GPUs, or not by the launcher.
    """
    if arguments.local_rank is not None:
        os.environ.setdefault("LOCAL_RANK", str(arguments.local_rank))
    if arguments.launcher != "none" and not torch.cuda.is_available():
        raise ValueError(
            f"--launcher {arguments.launcher} needs a GPU for each process (MMEngine binds each to "
            "one), and none is found here; leave --launcher out"
        )
    return world_size(arguments.launcher)


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


def join(config: Config) -> None:
    """Let the processes find each other now; the runner, built later, keeps to it."""
    if config.launcher != "none" and not is_distributed():
        set_multi_processing(**config.env_cfg.get("mp_cfg", {}), distributed=True)
        init_dist(config.launcher, **config.env_cfg.get("dist_cfg", {}))


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
