"""Runs of two processes, by torchrun on gloo: DDP and sharded ones are the run of one process.

Masks are fixed here: drawn ones depend on the process, as they should. Float32 differs in the order
of sums; AdamW's epsilon is large enough not to blow up gradients that are nothing else.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from runs_together import run_together
from torch.testing import assert_close

from backbones.safe_load import load_safely
from pretrain.__main__ import main
from pretrain.checkpoint import read_checkpoint
from pretrain.export import export

TOLERANCE = 1e-6
MASKED = {
    "model.masking.type": "GridMask",
    "optim_wrapper.optimizer.eps": 1e-4,
    "optim_wrapper.clip_grad.max_norm": 0.2,
    "base_lr": 0.1,
    "epochs": 2,
    "log_interval": 1,
}
SUPERVISED = {"config": "supervised", **MASKED}
del SUPERVISED["model.masking.type"]
COMPILED = {
    "default_hooks.compiled.type": "CompileModel",
    "default_hooks.compiled.backend": "eager",
}
TOGETHER = ("--launcher", "pytorch")
Command = Callable[..., list[str]]


def begun(folder: Path, checkpoint: Path) -> Path:
    """A run as it was when killed after its first epoch."""
    folder.mkdir()
    (folder / checkpoint.name).write_bytes(checkpoint.read_bytes())
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each run."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def whole(runs: Path, command: Command, pictures: Path) -> Path:
    """The runs of one process."""
    if not (runs / "alone").exists():
        main(command(runs / "alone", **MASKED))
        main(command(runs / "alone-bf16", "--amp", **MASKED))
        main(command(runs / "alone-supervised", val_root=pictures, val_interval=1, **SUPERVISED))
    return runs


@pytest.fixture
def several(whole: Path, command: Command, pictures: Path, tmp_path: Path) -> Path:
    """The runs of two processes."""
    if not (whole / "sharded").exists():
        shard = (*TOGETHER, "--shard")
        validated = {"val_root": pictures, "val_interval": 1, **SUPERVISED}
        resumed = begun(whole / "resumed", whole / "alone" / "epoch_1.pth")
        averaged = begun(whole / "averaged", whole / "alone-supervised" / "epoch_1.pth")
        arguments = [
            command(whole / "sharded", *shard, **MASKED),
            command(whole / "ddp-accumulated", *TOGETHER, device_batch_size=1, **MASKED),
            command(whole / "sharded-accumulated", *shard, device_batch_size=1, **MASKED),
            command(resumed, *shard, "--resume", **MASKED),
            command(whole / "supervised", *shard, **validated),
            command(averaged, *shard, "--resume", **validated),
            command(whole / "bf16", *shard, "--amp", **MASKED, **COMPILED),
        ]
        run_together("pretrain", arguments, tmp_path)
    return whole


def assert_close_runs(found: Path, expected: Path, tolerance: float = TOLERANCE) -> None:
    """Weights, optimiser, average where there is one, and the losses in the record."""
    states = [read_checkpoint(folder / "epoch_2.pth") for folder in (found, expected)]
    assert states[0].keys() == states[1].keys()
    assert states[0]["meta"].keys() == states[1]["meta"].keys()
    assert list(states[0]["state_dict"]) == list(states[1]["state_dict"])
    for part in states[0].keys() & {"state_dict", "ema_state_dict", "optimizer"}:
        assert_close(states[0][part], states[1][part], rtol=0, atol=tolerance, msg=part)
    records = [json.loads((folder / "result.json").read_text()) for folder in (found, expected)]
    assert records[0]["protocol"] == records[1]["protocol"]
    losses = [dict(record["curves"]["loss"]) for record in records]
    pieces = len(losses[0]) // len(losses[1])
    for iteration, loss in losses[1].items():
        own = [losses[0][iteration * pieces - piece] for piece in range(pieces)]
        assert sum(own) / pieces == pytest.approx(loss, abs=max(1e-5, tolerance))


@pytest.mark.parametrize("run", ["sharded", "ddp-accumulated", "sharded-accumulated", "resumed"])
def test_two_processes_are_one(several: Path, run: str) -> None:
    assert_close_runs(several / run, several / "alone")
    record = json.loads((several / run / "result.json").read_text())
    assert record["timing"]["devices"] == 2
    assert (several / run / record["figures"][0]).exists()


def test_one_process_goes_on_with_a_sharded_run(
    several: Path, tmp_path: Path, command: Command
) -> None:
    resumed = begun(tmp_path / "resumed", several / "sharded" / "epoch_1.pth")
    main(command(resumed, "--resume", **MASKED))
    assert_close_runs(resumed, several / "alone")


def test_a_sharded_run_is_exported(several: Path, tmp_path: Path) -> None:
    export(several / "sharded", tmp_path / "encoder.pth")
    options = {"img_size": 32, "patch_size": 8, "embed_dim": 16, "depth": 2, "num_heads": 2}
    model = timm.models.VisionTransformer(**options, num_classes=0)
    model.load_state_dict(load_safely(tmp_path / "encoder.pth")["state_dict"])
    weights = read_checkpoint(several / "sharded" / "epoch_2.pth")["state_dict"]
    assert torch.equal(model.blocks[1].attn.qkv.weight, weights["blocks.1.attn.qkv.weight"])


@pytest.mark.parametrize("run", ["supervised", "averaged"])
def test_an_average_is_sharded_validated_and_continued(several: Path, run: str) -> None:
    assert_close_runs(several / run, several / "alone-supervised")
    records = [several / name / "result.json" for name in (run, "alone-supervised")]
    tops = [json.loads(path.read_text())["metrics"]["top1"] for path in records]
    assert tops[0] == tops[1]


def test_sharded_blocks_compile_and_run_in_bf16(several: Path) -> None:
    assert_close_runs(several / "bf16", several / "alone-bf16", tolerance=1e-3)
