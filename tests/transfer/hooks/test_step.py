"""A run in another layout or with a compiled backbone leaves what the plain one leaves."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch


def checkpoint(runner: Any) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(Path(runner.work_dir) / "iter_2.pth", weights_only=False)
    return found


@pytest.mark.parametrize("task", ["ade20k", "coco"])
def test_the_same_run_in_another_layout(run: Any, task: str) -> None:
    plain = run(f"{task}/toy", channels_last=False)
    expected = checkpoint(plain)
    records = [json.loads((Path(plain.work_dir) / "result.json").read_text())]
    last = run(f"{task}/toy", channels_last=True)
    found = checkpoint(last)
    records.append(json.loads((Path(last.work_dir) / "result.json").read_text()))
    assert found["state_dict"].keys() == expected["state_dict"].keys()
    for name, weight in expected["state_dict"].items():
        # Adam makes steps of its rate (4e-5, 2.4e-4) out of gradients that are rounding alone
        torch.testing.assert_close(
            found["state_dict"][name], weight, rtol=1e-4, atol=6e-4, msg=name
        )
    plain.model.load_state_dict(found["state_dict"], strict=True)
    assert records[0]["protocol"] == records[1]["protocol"]
    assert found["meta"]["recipe"] == expected["meta"]["recipe"]


def test_a_compiled_run_leaves_plain_names(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = torch.compile
    monkeypatch.setattr(torch, "compile", lambda f, mode: compiler(f, backend="eager"))
    before = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    runner = run("ade20k/toy", compile_backbone=True)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > before
    names = checkpoint(runner)["state_dict"]
    assert names.keys() == runner.model.state_dict().keys()
    assert not [name for name in names if "_orig_mod" in name]
    assert (Path(runner.work_dir) / "result.json").is_file()
