"""Stop at the first loss that is not a number, and never save weights that are none."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor
from torch.distributed.tensor import DTensor

from backbones.runs.saving import saves_now

REMEDY = (
    "lower the learning rate, lengthen the warm-up, clip gradients "
    "(optim_wrapper.clip_grad.max_norm=1), or train in bf16 or fp32 instead of fp16; "
    "checkpoints up to here are kept and whole, continue from one with --resume"
)


@HOOKS.register_module()
class StopOnDivergence(Hook):
    """Checks the loss every `interval` iterations and at the end (each check waits for the device).

    In between every step may have spoilt the weights, so they are looked at before they are saved,
    and a run is never left with checkpoints that cannot be continued.
    """

    priority = "VERY_HIGH"

    def __init__(self, interval: int = 20) -> None:
        self.interval = interval

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        if saves_now(runner):
            check_weights(runner, runner.iter + 1)
        due = self.every_n_train_iters(runner, self.interval) or self.is_last_train_iter(runner)
        if not due or not outputs:
            return
        loss = outputs.get("loss")
        if loss is None:
            return
        value = loss.item() if isinstance(loss, torch.Tensor) else float(loss)
        if not math.isfinite(value):
            where = f"iteration {runner.iter + 1} ({_names(data_batch)})"
            raise FloatingPointError(f"the loss is {value} at {where}; {REMEDY}")

    def after_train_epoch(self, runner: Runner) -> None:
        check_weights(runner, runner.iter)


def check_weights(runner: Runner, iterations: int) -> None:
    """Stops all processes alike, also where one alone holds the spoilt part of a sharded weight.

    Raises:
        FloatingPointError: naming a weight that is not finite.
    """
    own = [name for name, tensor in runner.model.state_dict().items() if not finite(tensor)]
    if broken := [name for names in all_gather_object(own) for name in names]:
        raise FloatingPointError(
            f"{broken[0]} is no longer finite after {iterations} iterations, so nothing is saved; "
            f"{REMEDY}"
        )


def finite(tensor: Tensor) -> bool:
    local = tensor.to_local() if isinstance(tensor, DTensor) else tensor
    return bool(torch.isfinite(local).all())


def _names(batch: Any) -> str:
    """The pictures of a batch, as far as it tells."""
    samples = batch.get("data_samples") if isinstance(batch, dict) else None
    if isinstance(samples, Sequence):
        paths = [getattr(sample, "img_path", None) for sample in samples]
        known = [str(path) for path in paths if path]
        if known:
            return "batch: " + ", ".join(known[:8])
    if isinstance(batch, dict) and isinstance(batch.get("path"), Sequence):
        return "batch: " + ", ".join(map(str, batch["path"][:8]))
    return "the batch carries no file names"
