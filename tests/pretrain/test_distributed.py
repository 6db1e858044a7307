"""Two processes with half the batch each are one with the whole, in loss and weights.

Started by torchrun, on gloo, without a GPU, divided as the runners divide.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from share_of_batch import FORMS, STEPS, build, train
from torch.testing import assert_close

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-8  # in float64: what is left is the order of sums


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> list[dict[tuple[str, int], dict]]:
    """What each of two processes ends with, in every form."""
    folder = tmp_path_factory.mktemp("halves")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    script = [str(ROOT / "tests/helpers/share_of_batch.py"), str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        command = [*torchrun, "--nproc-per-node", "2", *script]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return [torch.load(folder / f"{rank}.pth") for rank in range(2)]


@pytest.mark.parametrize(("form", "pieces"), FORMS)
def test_two_processes_are_one_with_the_whole_batch(
    halves: list[dict[tuple[str, int], dict]], form: str, pieces: int
) -> None:
    model = build()
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    expected = train(model, rank=0, world=1, pieces=1)
    found = [half[form, pieces] for half in halves]
    losses = torch.tensor([half["losses"] for half in found], dtype=torch.float64)
    mean = losses.unflatten(1, (STEPS, pieces)).mean((0, 2))
    assert_close(mean, torch.tensor(expected, dtype=torch.float64), rtol=0, atol=TOLERANCE)
    whole, weights = model.state_dict(), found[0]["weights"]
    assert not torch.equal(whole["cls_token"], start["cls_token"])
    assert weights.keys() == whole.keys()
    for name, tensor in whole.items():
        assert_close(weights[name], tensor, rtol=0, atol=TOLERANCE, msg=name)
    assert set(found[1]["weights"].values()) == {None}  # one process keeps the whole
