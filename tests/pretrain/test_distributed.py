"""Two processes with half the batch each are one with the whole, in loss and weights.

Started by torchrun, on gloo, without a GPU, through the wrappers MMEngine's Runner takes.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from share_of_batch import STEPS, build, train, weights
from torch.testing import assert_close

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-8  # in float64: what is left is the order of sums


@pytest.mark.parametrize(("wrapper", "pieces"), [("ddp", 1), ("ddp", 2), ("fsdp", 1)])
def test_two_processes_are_one_with_the_whole_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrapper: str, pieces: int
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    script = [str(ROOT / "tests/helpers/share_of_batch.py"), str(tmp_path), str(pieces), wrapper]
    command = [*torchrun, "--nproc-per-node", "2", *script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found = [torch.load(tmp_path / f"{rank}.pth") for rank in range(2)]
    model = build()
    start = weights(model)
    clip = {"max_norm": 0.5} if wrapper == "ddp" else None
    expected = train(model, rank=0, world=1, pieces=1, clip=clip)
    losses = torch.tensor([half["losses"] for half in found], dtype=torch.float64)
    mean = losses.unflatten(1, (STEPS, pieces)).mean((0, 2))
    assert_close(mean, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=TOLERANCE)
    whole = weights(model)
    assert not torch.equal(whole["encoder.cls_token"], start["encoder.cls_token"])
    for half in found:
        assert half["weights"].keys() == whole.keys()
        for name, tensor in whole.items():
            assert_close(half["weights"][name], tensor, rtol=0, atol=TOLERANCE, msg=name)
