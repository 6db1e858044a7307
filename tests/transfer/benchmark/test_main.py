"""The benchmark command on toy configs: equal outputs, real steps; no time is asserted."""

import json
from pathlib import Path

import pytest
import torch

import transfer
from transfer.benchmark.__main__ import main, parse
from transfer.benchmark.cases import BACKBONES, STEPS, build_case
from transfer.benchmark.compare import compare
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
    assert result["comparison"].keys() == {"reference"}  # 'plain' has nothing to be equal to
    assert result["comparison"]["reference"]["values"] < 1e-5
    assert result["settings"]["step"] == "backbone"
    assert list(result["cases"]) == list(BACKBONES)
    for row in result["cases"].values():
        assert len(row["seconds"]) == 2
        assert min(row["seconds"]) > 0
    assert result["cases"]["ours"]["over ours"] == 1
    printed = capsys.readouterr().out
    for text in ("mmseg MAE", "no relative position", "differ, relatively", "threads", "torch"):
        assert text in printed


@pytest.mark.parametrize("arguments", [ADE20K, COCO], ids=["segmentation", "detection"])
def test_a_training_step_of_the_whole_model(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    layout = [] if "--cfg-options" in arguments else ["--cfg-options"]
    options = [*QUICK, "--full", "--batch", "2", "--no-memory", "--out", str(out)]
    main([*arguments, *layout, "channels_last=True", *options])
    result = json.loads(out.read_text())
    assert result["settings"]["step"] == "training step of the whole model"
    assert list(result["cases"]) == list(STEPS)
    for apart in result["comparison"].values():
        assert apart["values"] < 1e-5
        assert apart["gradients"] < 1e-4
    assert result["cases"]["ours"]["images_per_second"] > 0
    assert "–" in capsys.readouterr().out


def test_other_weights_are_noticed_and_nothing_is_timed() -> None:
    options = parse([*COCO, *QUICK])
    cases = {name: build_case(name, options) for name in ("ours", "reference")}
    assert compare(cases, "float32")["reference"]["values"] < 1e-5
    with torch.no_grad():
        cases["ours"].model.backbone.blocks[1].attn.rel_pos_h[3] += 1
    with pytest.raises(RuntimeError, match="not the same step, so nothing is timed"):
        compare(cases, "float32")


def test_ours_trains_as_the_config_says_and_stock_as_everyone() -> None:
    options = parse([*ADE20K, *QUICK, "--full", "--cfg-options", "channels_last=True"])
    ours, stock = (build_case(name, options) for name in ("ours", "stock"))
    groups = [case.wrapper.optimizer.param_groups for case in (ours, stock)]
    trained = len(list(ours.model.parameters()))
    assert [len(found) for found in groups] == [12, trained]  # 6 rates x decay or none
    assert [found[0]["fused"] for found in groups] == [True, False]
    for case, turned in ((ours, True), (stock, False)):
        assert bool(case.model.decode_head.fpn_bottleneck.conv._forward_pre_hooks) == turned


@pytest.mark.parametrize("arguments", [ADE20K, COCO], ids=["segmentation", "detection"])
def test_pictures_of_another_size_are_not_padded_to_the_configs(arguments: list[str]) -> None:
    case = build_case("ours", parse([*arguments, *QUICK, "--full", "--size", "48"]))
    inputs = case.model.data_preprocessor(case.data, True)["inputs"]
    assert inputs.shape[2:] == (48, 48)


def test_the_gpu_command_at_small_sizes(tmp_path: Path) -> None:
    own = ["--tasks", "segmentation", "--segmentation", str(CONFIGS / "ade20k" / "toy.py")]
    short = ["--batch", "2", "--cases", "ours", "stock", "--no-memory", "--no-compile"]
    main(["gpu", str(tmp_path), *own, *QUICK, *short])
    parts = json.loads((tmp_path / "transfer.json").read_text())["parts"]
    assert {name: part["state"] for name, part in parts.items()} == {"segmentation": "done"}
    found = json.loads((tmp_path / "segmentation.json").read_text())
    assert found["cases"].keys() == {"ours", "stock"}
    assert found["settings"]["batch"] == 2


def test_the_gpu_command_without_time_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["gpu", str(tmp_path), "--device", "cpu", "--minutes", "0"])
    assert "not measured: detection, segmentation, detection-compiled" in capsys.readouterr().out


def test_a_way_to_train_is_no_backbone() -> None:
    with pytest.raises(SystemExit, match="add --full"):
        parse([*ADE20K, "--cases", "stock"])


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
