"""Half a checkpoint stops a run, whichever way it is loaded."""

from pathlib import Path

import pytest
import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from backbones.runs.runner import StrictRunner


class Line(BaseModel):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))

    def forward(self, x: Tensor, mode: str) -> Tensor:
        return self.layers(x)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers.1.bias": None}, r"missing keys.*layers\.1\.bias"),
        ({"layers.2.bias": torch.ones(2)}, r"unexpected key.*layers\.2\.bias"),
        ({"layers.1.bias": torch.ones(3)}, r"size mismatch for layers\.1\.bias"),
    ],
)
def test_a_checkpoint_that_matches_in_part_stops(
    tmp_path: Path, change: dict[str, Tensor | None], message: str
) -> None:
    changed = {**Line().state_dict(), **change}
    state = {name: tensor for name, tensor in changed.items() if tensor is not None}
    torch.save({"meta": {}, "state_dict": state}, tmp_path / "half.pth")
    named = {"experiment_name": tmp_path.name, "default_scope": "mmengine"}
    runner = StrictRunner(model=Line(), work_dir=str(tmp_path), **named)
    with pytest.raises(RuntimeError, match=rf"(?s){message}"):
        runner.load_checkpoint(str(tmp_path / "half.pth"))
