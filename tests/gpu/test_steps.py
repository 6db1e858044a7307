"""On a GPU every step computes what the plain one does, in both precisions and as CUDA graphs.

`pytest -m gpu` runs this and whatever else needs one.
"""

from argparse import Namespace
from pathlib import Path

import pytest
import torch

from pretrain.benchmark import step
from pretrain.benchmark.cases import build_case
from transfer.benchmark.__main__ import parse
from transfer.benchmark.cases import build_case as build_transfer
from transfer.benchmark.compare import compare

DEVICE = "cuda"
TOY = {
    "segmentation": Path(__file__).parents[2] / "transfer/configs/ade20k/toy.py",
    "detection": Path(__file__).parents[2] / "transfer/configs/coco/toy.py",
}

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("mode", ["default", "reduce-overhead"])
def test_masked_steps(dtype: str, mode: str) -> None:
    options = Namespace(
        arch="tiny",
        size=64,
        depth=2,
        batch=4,
        dtype=dtype,
        device=DEVICE,
        checkpointing=False,
        compile_mode=mode,
    )
    cases = {name: build_case(name, options) for name in ("plain", "fast", "compiled")}
    apart = step.compare(cases, options)  # raises where they differ
    assert apart.keys() == {"fast", "compiled"}
    for case in cases.values():
        for _ in range(3):
            case.step()
        assert all(parameter.isfinite().all() for parameter in case.model.parameters())


@pytest.mark.parametrize("task", TOY)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_transfer_steps(task: str, dtype: str) -> None:
    """Ours, in channels-last and with fused AdamW, beside the stock step."""
    where = ["--config", str(TOY[task]), "--device", DEVICE, "--dtype", dtype, "--full"]
    options = parse([task, *where, "--batch", "2"])
    cases = {name: build_transfer(name, options) for name in ("ours", "stock")}
    assert compare(cases, dtype)["stock"]["values"] < 0.1
    for case in cases.values():
        case.step()
