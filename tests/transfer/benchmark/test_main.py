"""The benchmark command on toy configs: equal outputs, real steps; no time is asserted."""

import json
from pathlib import Path

import pytest
import torch

import transfer
from transfer.benchmark.__main__ import compare, main, parse
from transfer.benchmark.cases import NAMES, build_case
from transfer.benchmark.measure import memory_in_a_process

CONFIGS = Path(transfer.__file__).parent / "configs"
ADE20K = ["segmentation", "--config", str(CONFIGS / "ade20k" / "toy.py")]
COCO = [
    *("detection", "--config", str(CONFIGS / "coco" / "toy.py")),
    *("--cfg-options", "model.backbone.rel_pos=decomposed"),
]
QUICK = ["--device", "cpu", "--dtype", "float32", "--repeats", "2", "--warmup", "0"]


def test_the_segmentation_backbone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "numbers" / "out.json"
    main([*ADE20K, *QUICK, "--size", "48", "--no-memory", "--out", str(out)])
    result = json.loads(out.read_text())
    assert result["comparison"]["largest difference"] < 1e-5 * result["comparison"]["largest value"]
    assert result["settings"]["step"] == "backbone"
    assert list(result["cases"]) == list(NAMES)
    for row in result["cases"].values():
        assert len(row["seconds"]) == 2
        assert min(row["seconds"]) > 0
    assert result["cases"]["ours"]["over ours"] == 1
    printed = capsys.readouterr().out
    for text in ("mmseg MAE", "no relative position", "differ by", "threads", "torch"):
        assert text in printed


@pytest.mark.parametrize("arguments", [ADE20K, COCO], ids=["segmentation", "detection"])
def test_a_training_step_of_the_whole_model(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    main([*arguments, *QUICK, "--full", "--batch", "2", "--no-memory", "--out", str(out)])
    result = json.loads(out.read_text())
    assert result["settings"]["step"] == "training step of the whole model"
    assert result["comparison"]["largest difference"] < 1e-4 * result["comparison"]["largest value"]
    assert "–" in capsys.readouterr().out


def test_other_weights_are_noticed_and_nothing_is_timed() -> None:
    options = parse([*COCO, *QUICK])
    cases = {name: build_case(name, options) for name in ("ours", "reference")}
    assert compare(cases, "float32")["largest difference"] < 1e-5
    with torch.no_grad():
        cases["ours"].backbone.blocks[1].attn.rel_pos_h[3] += 1
    with pytest.raises(RuntimeError, match="not the same network, so nothing is timed"):
        compare(cases, "float32")


def test_a_backbone_the_reference_cannot_be_is_refused() -> None:
    options = parse(["detection", "--config", str(CONFIGS / "coco" / "toy.py"), *QUICK])
    with pytest.raises(ValueError, match="timm's SAM ViT has rel_pos='decomposed', windows"):
        build_case("reference", options)


def test_memory_is_measured_in_a_process_of_its_own() -> None:
    found = memory_in_a_process("ours", [*ADE20K, *QUICK, "--size", "48"])
    assert found["peak"] >= found["before"] > 0


def test_a_failing_child_says_why() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)--memory-of ours failed.*nowhere\.py"):
        memory_in_a_process("ours", ["segmentation", "--config", "nowhere.py", *QUICK])
