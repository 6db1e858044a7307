"""A run that stops in the middle of an epoch goes on with the pictures it had not seen."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from PIL import Image
from torch import Tensor

import pretrain  # noqa: F401  registers data set and samplers
from backbones.runs.data_wait import DataWait
from backbones.runs.hook import RunRecordHook
from backbones.runs.runner import StrictRunner
from backbones.shards.writer import write_shards


class Weight(BaseModel):
    def __init__(self) -> None:
        super().__init__(data_preprocessor={"type": "NormalisePictures", "mean": [0], "std": [1]})
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, images: Tensor, mode: str) -> dict[str, Tensor]:
        return {"loss": (self.weight * images).square().mean()}


class Stopped(Exception):  # noqa: N818
    pass


class Recorded(RunRecordHook):
    def describe(self, runner: Any) -> dict[str, Any]:
        return {"kind": "pretrain"}


class Seen(Hook):
    """Which pictures every iteration had; dies after so many."""

    priority = "LOWEST"

    def __init__(self, stop: int | None = None) -> None:
        self.stop = stop
        self.seen: dict[tuple[int, int], list[int]] = {}

    def after_train_iter(
        self, runner: Any, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        self.seen[runner.epoch, batch_idx] = data_batch["index"]
        if runner.iter + 1 == self.stop:
            raise Stopped


def train(
    root: Path, folder: Path, workers: int, *, stop: int | None = None, resume: str | None = None
) -> dict[tuple[int, int], list[int]]:
    sharded = root.suffix == ".json"
    sampler = {"type": "ShardSampler", "streams": 2} if sharded else {"type": "EpochSampler"}
    seen = Seen(stop)
    runner = StrictRunner(
        model=Weight(),
        work_dir=str(folder),
        train_dataloader={
            "dataset": {"type": "Pictures", "root": str(root), "size": 16},
            "sampler": {**sampler, "batch_size": 2},
            "collate_fn": {"type": "stack_pictures"},
            "batch_size": 2,
            "num_workers": workers,
            "persistent_workers": workers > 0,
        },
        train_cfg={"type": "ResumableEpochLoop", "max_epochs": 3},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.01}},
        default_hooks={"checkpoint": {"type": "CheckpointHook", "by_epoch": False, "interval": 1}},
        custom_hooks=[seen],
        default_scope="mmengine",
        randomness={"seed": 3},
        load_from=resume,
        resume=resume is not None,
        experiment_name=f"{folder.name}-{stop}-{resume is None}",
    )
    if stop is None:
        runner.train()
    else:
        with pytest.raises(Stopped):
            runner.train()
    return seen.seen


@pytest.mark.parametrize("sharded", [True, False])
@pytest.mark.parametrize(("stop", "workers"), [(2, 0), (7, 2), (5, 0)])  # 5: an epoch's last
def test_no_picture_is_repeated_or_skipped(
    pictures: Path, tmp_path: Path, sharded: bool, stop: int, workers: int
) -> None:
    root = pictures
    if sharded:
        write_shards(pictures, tmp_path / "shards", 4)
        root = tmp_path / "shards" / "index.json"
    whole = train(root, tmp_path / "whole", workers)
    assert list(whole) == [(epoch, i) for epoch in range(3) for i in range(5)]
    before = train(root, tmp_path / "run", workers, stop=stop)
    checkpoint = str(tmp_path / "run" / f"iter_{stop}.pth")
    after = train(root, tmp_path / "run", workers, resume=checkpoint)
    assert not before.keys() & after.keys()
    assert {**before, **after} == whole


def test_a_checkpoint_within_an_epoch_carries_all_there_is_to_tell(
    tmp_path: Path,
) -> None:
    """Losses up to it, though logged later, the curve's last point, and skipped pictures."""
    for number in range(6):
        Image.new("RGB", (20, 20)).save(tmp_path / f"{number}.png")
    broken = {"1.png", "2.png", "4.png"}  # one at least in any two of an epoch's three batches
    for name in broken:
        (tmp_path / name).write_bytes(b"no picture")
    run = tmp_path / "run"
    StrictRunner(
        model=Weight(),
        work_dir=str(run),
        train_dataloader={
            "dataset": {"type": "Pictures", "root": str(tmp_path), "size": 16},
            "sampler": {"type": "EpochSampler", "batch_size": 2},
            "collate_fn": {"type": "stack_pictures"},
            "batch_size": 2,
        },
        train_cfg={"type": "ResumableEpochLoop", "max_epochs": 4},
        optim_wrapper={"optimizer": {"type": "SGD", "lr": 0.01}},
        default_hooks={
            "checkpoint": {"type": "CheckpointHook", "by_epoch": False, "interval": 2},
            "runtime_info": {"type": "PendingLosses", "interval": 50},
            "skipped": {"type": "SkippedPictures"},
        },
        custom_hooks=[Recorded(), DataWait()],
        default_scope="mmengine",
        randomness={"seed": 3},
        experiment_name=run.name,
    ).train()
    for steps in (2, 4, 10):
        saved = torch.load(run / f"iter_{steps}.pth", weights_only=False)
        assert len(saved["message_hub"]["log_scalars"]["train/loss"].data[0]) == steps
        assert saved["meta"]["curves"]["loss"][-1][0] == steps
        skipped = set(saved["message_hub"]["runtime_info"]["skipped_pictures"])
        assert skipped == broken if steps > 3 else skipped and skipped <= broken
