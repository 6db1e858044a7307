"""The loss is read from the device when it is logged, not after every step."""

from typing import Any

import torch
from mmengine.hooks import RuntimeInfoHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor

from backbones.runs.processes import process_mean
from backbones.runs.saving import saves_now


@HOOKS.register_module()
class PendingLosses(RuntimeInfoHook):
    """MMEngine's hook reads every loss at once, and the host waits for the device each step.

    This one keeps them on the device, and reads those of the last `interval` iterations together
    (at the end of an epoch, and for a checkpoint, those there are),
    as means over all processes, where MMEngine's are the main one's. An optimiser wrapper's `norm`
    of the gradients, the same in all, is logged with them.
    """

    priority = "VERY_HIGH"

    def __init__(self, interval: int = 20) -> None:
        self.interval = interval
        self.pending: list[dict[str, Tensor]] = []

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        tensors = {name: torch.as_tensor(value) for name, value in (outputs or {}).items()}
        if (norm := getattr(runner.optim_wrapper, "norm", None)) is not None:
            tensors["grad_norm"] = norm
        # cloned: a CUDA graph writes its next loss to the same place
        self.pending.append({name: x.detach().clone() for name, x in tensors.items()})
        last = self.end_of_epoch(runner.train_dataloader, batch_idx)
        if last or self.every_n_inner_iters(batch_idx, self.interval) or saves_now(runner):
            self.read(runner)

    def read(self, runner: Runner) -> None:
        """Bring the pending losses to the host in one transfer, and to the log in order."""
        values = [value.float() for losses in self.pending for value in losses.values()]
        numbers = iter(process_mean(torch.stack(values)).tolist() if values else [])
        for losses in self.pending:
            for name in losses:
                runner.message_hub.update_scalar(f"train/{name}", next(numbers))
        self.pending.clear()
