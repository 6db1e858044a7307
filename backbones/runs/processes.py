"""Deciding once, for all processes of a run, what depends on files that one of them may move."""

from collections.abc import Callable
from typing import Any, TypeVar

from mmengine.config import Config
from mmengine.dist import broadcast_object_list, init_dist, is_distributed, is_main_process
from mmengine.utils.dl_utils import set_multi_processing

T = TypeVar("T")


def join(config: Config) -> None:
    """Let the processes find each other now; the runner, built later, keeps to it."""
    if config.launcher != "none" and not is_distributed():
        set_multi_processing(**config.env_cfg.get("mp_cfg", {}), distributed=True)
        init_dist(config.launcher, **config.env_cfg.get("dist_cfg", {}))


def by_main(decide: Callable[[], T]) -> T:
    """What the main process's `decide()` returns or raises, in every process."""
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
