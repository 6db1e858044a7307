"""Losses reach the log as MMEngine's hook brings them, only later."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.hooks import RuntimeInfoHook
from mmengine.logging import MessageHub

from backbones.runs.pending import PendingLosses

LOSSES = [0.7, 0.5, 0.4, 0.3, 0.25]


def drive(hook: RuntimeInfoHook, name: str) -> tuple[MessageHub, list[int]]:
    """Five iterations; the hub, and how many losses it held after each."""
    hub = MessageHub(name)
    wrapper = SimpleNamespace(norm=torch.tensor(2.0))
    runner: Any = SimpleNamespace(
        message_hub=hub, train_dataloader=LOSSES, optim_wrapper=wrapper, hooks=[]
    )
    held = []
    loss = torch.zeros(())
    for i, value in enumerate(LOSSES):
        loss.fill_(value)  # in the same place every time, as CUDA graphs do
        hook.after_train_iter(runner, i, outputs={"loss": loss})
        found = hub.log_scalars.get("train/loss")
        held.append(0 if found is None else len(found.data[0]))
    return hub, held


def test_the_numbers_are_mmengines_and_read_every_interval() -> None:
    expected, at_once = drive(RuntimeInfoHook(), "eager")
    found, held = drive(PendingLosses(interval=2), "pending")
    assert at_once == [1, 2, 3, 4, 5]
    assert held == [0, 2, 2, 4, 5]  # the last at the end of the epoch
    losses = found.get_scalar("train/loss").data[0]
    assert losses.tolist() == pytest.approx(LOSSES)
    assert losses.tolist() == expected.get_scalar("train/loss").data[0].tolist()
    assert found.get_scalar("train/grad_norm").data[0].tolist() == [2.0] * 5
