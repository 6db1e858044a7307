"""A run that diverges stops, and what it has saved can be continued."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor

from backbones.runs.divergence import StopOnDivergence, check_weights

STEPS = 12  # four epochs


class Falling(BaseModel):
    """Its weight is spoilt by step `bad`, the loss of which is still finite."""

    def __init__(self, bad: int) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(2))
        self.bad, self.steps = bad, 0

    def forward(self, x: Tensor, mode: str) -> dict[str, Tensor]:
        self.steps += 1
        loss = (self.weight * x).sum()
        if self.steps == self.bad:
            loss.register_hook(lambda gradient: gradient * float("inf"))
        return {"loss": loss}


def train(folder: Path, *, bad: int, interval: int, save: int = 1) -> None:
    samples: list[dict[str, Any]] = [{"x": torch.ones(2)} for _ in range(6)]
    Runner(
        model=Falling(bad),
        work_dir=str(folder),
        train_dataloader=torch.utils.data.DataLoader(samples, batch_size=2),  # type: ignore[arg-type]
        train_cfg={"by_epoch": True, "max_epochs": STEPS // 3},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.1}},
        default_hooks={"checkpoint": {"type": "CheckpointHook", "interval": save}},
        custom_hooks=[StopOnDivergence(interval)],
        default_scope="mmengine",
        experiment_name=f"{folder.name}-{bad}-{interval}",
    ).train()


def test_weights_that_are_not_finite_are_never_saved(tmp_path: Path) -> None:
    with pytest.raises(FloatingPointError, match=r"weight is no longer finite after 9 iterations"):
        train(tmp_path, bad=8, interval=50)
    saved = sorted(path.name for path in tmp_path.glob("*.pth"))
    assert saved == ["epoch_1.pth", "epoch_2.pth"]
    for name in saved:
        assert (
            torch.load(tmp_path / name, weights_only=False)["state_dict"]["weight"].isfinite().all()
        )


@pytest.mark.parametrize(("interval", "bad", "at"), [(2, 4, 6), (50, STEPS - 1, STEPS)])
def test_the_loss_is_looked_at_every_interval_and_at_the_end(
    tmp_path: Path, interval: int, bad: int, at: int
) -> None:
    with pytest.raises(FloatingPointError, match=f"the loss is -inf at iteration {at} "):
        train(tmp_path, bad=bad, interval=interval, save=100)


def test_a_run_that_stays_finite_is_left_alone(tmp_path: Path) -> None:
    train(tmp_path, bad=-1, interval=1)
    assert (tmp_path / "epoch_4.pth").is_file()


def test_one_process_that_holds_the_spoilt_part_stops_all(monkeypatch: pytest.MonkeyPatch) -> None:
    runner: Any = SimpleNamespace(model=torch.nn.Linear(2, 2))
    check_weights(runner, 1)
    monkeypatch.setattr(
        "backbones.runs.divergence.all_gather_object", lambda own: [own, ["blocks.1.weight"]]
    )
    with pytest.raises(FloatingPointError, match=r"blocks\.1\.weight is no longer finite"):
        check_weights(runner, 1)
