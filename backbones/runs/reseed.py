"""Every epoch's randomness starts from (seed, epoch, rank): masks, stochastic depth, mixup.

A run resumed at an epoch's start then goes on exactly as the uninterrupted one does. In the
middle of one it sees the same pictures, but draws anew: from (seed, epoch, rank, iterations done).
"""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.pictures.randomness import derive


@HOOKS.register_module()
class Reseed(Hook):
    priority = "VERY_HIGH"  # before anything of the epoch draws

    def __init__(self) -> None:
        self.epoch = -1  # the last one that was seeded

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        if batch_idx and runner.epoch == self.epoch:
            return  # before an epoch's first step, but after the loader drew for its workers
        self.epoch = runner.epoch
        done = (batch_idx,) if batch_idx else ()
        seed = derive(runner.seed, runner.epoch, get_rank(), *done)
        torch.manual_seed(seed)  # every device's generator
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002  timm's mixup draws from the global generator
