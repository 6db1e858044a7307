"""One transfer configuration trains every family, in whole runs of both code bases."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import RUNNERS
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer

from backbones.export import save_export
from transfer.adopted import as_shipped, check_same_network

SIZE: dict[str, Any] = dict(img_size=48, patch_size=8, embed_dim=96, depth=4, num_heads=3)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CHECKPOINT = "model.backbone.init_cfg.checkpoint"


@pytest.fixture
def beit(tmp_path: Path) -> str:
    torch.manual_seed(0)
    options = dict(init_values=0.1, use_shared_rel_pos_bias=True, use_abs_pos_emb=False)
    torch.save({"model": Beit(**SIZE, num_classes=0, **options).state_dict()}, tmp_path / "b.pth")
    return str(tmp_path / "b.pth")


@pytest.fixture
def clip_like(tmp_path: Path) -> str:
    """An export of a network that no tensor tells from a plain ViT."""
    torch.manual_seed(0)
    tensors = VisionTransformer(**SIZE, num_classes=0).state_dict()
    meta = {"act": "quick-gelu", "norm_eps": 1e-5, "mean": [0.5] * 3, "std": [0.5] * 3}
    save_export(tmp_path / "c.pth", tensors, meta)
    return str(tmp_path / "c.pth")


def result(runner: Any) -> dict[str, Any]:
    return json.loads((Path(runner.work_dir) / "result.json").read_text())


@pytest.mark.parametrize("task", ["coco/toy", "ade20k/toy"])
def test_beit_under_the_same_configuration(run, beit: str, task: str) -> None:
    protocol = result(run(task))["protocol"]
    runner = run(task, **{CHECKPOINT: beit})
    record = result(runner)
    assert record["protocol"] == protocol
    assert record["checkpoint"]["taken_over"]["backbone.abs_pos"] is False
    assert record["checkpoint"]["load"]["missing"] == []
    dumped = Config.fromfile(Path(runner.work_dir) / Path(runner.cfg.filename).name)
    assert dumped.model.backbone.abs_pos is False
    assert dumped.adopted.checkpoint == beit


def test_what_no_tensor_shows_is_taken_over_and_checked(run, clip_like: str) -> None:
    runner = run("ade20k/toy", **{CHECKPOINT: clip_like})
    backbone = runner.model.backbone
    assert (backbone.act, backbone.norm_eps) == ("quick-gelu", 1e-5)
    assert runner.model.data_preprocessor.mean.flatten().tolist() == [127.5] * 3
    whole = f"{runner.work_dir}/iter_2.pth"
    with pytest.raises(ValueError, match=r"trained with other settings of backbone\.act"):
        run("ade20k/toy", load_from=whole)
    run("ade20k/toy", load_from=whole, **{CHECKPOINT: clip_like})


def test_a_dumped_configuration_needs_the_file_no_more(run, clip_like: str, tmp_path: Path) -> None:
    runner = run("ade20k/toy", **{CHECKPOINT: clip_like})
    dumped = Config.fromfile(Path(runner.work_dir) / "toy.py")
    Path(clip_like).unlink()
    dumped.load_from = f"{runner.work_dir}/iter_2.pth"
    dumped.work_dir, dumped.experiment_name = str(tmp_path / "test"), "tested"
    tested = RUNNERS.build(dumped)
    assert tested.test()["mIoU"] >= 0
    assert tested.model.backbone.act == "quick-gelu"


def test_undoing_gives_back_what_was_shipped() -> None:
    shipped = {"model": {"backbone": {"rel_pos": "table"}, "data_preprocessor": {"mean": [1]}}}
    adopted = {
        "model": {
            "backbone": {"rel_pos": "shared-table", "act": "quick-gelu"},
            "data_preprocessor": {"mean": [2]},
        },
        "adopted": {
            "checkpoint": "w.pth",
            "changes": {
                "backbone.rel_pos": {"old": "table", "new": "shared-table"},
                "backbone.act": {"new": "quick-gelu"},
                "data_preprocessor.mean": {"old": [1], "new": [2]},
            },
        },
    }
    before = json.dumps(adopted)
    assert as_shipped(adopted) == shipped
    assert json.dumps(adopted) == before
    assert as_shipped(shipped) == shipped


def test_equal_networks_pass() -> None:
    changes = {"changes": {"backbone.act": {"new": "quick-gelu"}}}
    check_same_network(changes, Config({"adopted": changes}))
    check_same_network(None, Config({}))
    with pytest.raises(ValueError, match=r"backbone\.act"):
        check_same_network(changes, Config({}))
    with pytest.raises(ValueError, match=r"backbone\.act"):
        check_same_network(None, Config({"adopted": changes}))


PREFIXES = {
    "MoCo v3": ("state_dict", "module.base_encoder."),
    "DINO or iBOT teacher": ("teacher", "module.backbone."),
    "Lightning or OpenMMLab model": ("state_dict", "model.encoder."),
}


@pytest.mark.parametrize("task", ["coco/toy", "ade20k/toy"])
def test_one_encoder_in_any_layout_trains_alike(run, tmp_path: Path, task: str) -> None:
    torch.manual_seed(0)
    tensors = VisionTransformer(**SIZE, num_classes=0).state_dict()
    save_export(tmp_path / "export.pth", tensors, {"mean": MEAN, "std": STD})
    expected = result(run(task, **{CHECKPOINT: str(tmp_path / "export.pth")}))
    for family, (key, prefix) in PREFIXES.items():
        content = {key: {prefix + name: tensor for name, tensor in tensors.items()}, "epoch": 1}
        torch.save(content, tmp_path / "w.pth")
        record = result(run(task, **{CHECKPOINT: str(tmp_path / "w.pth")}))
        assert record["checkpoint"]["family"] == family
        assert record["checkpoint"]["sha256"] == expected["checkpoint"]["sha256"]
        assert record["curves"] == expected["curves"]
        assert record["metrics"] == expected["metrics"]
