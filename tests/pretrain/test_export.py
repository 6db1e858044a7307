"""Exports: the encoder, whole, under timm's names; nothing else and nothing less."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import timm
import torch
from timm.models import VisionTransformer

from backbones import PlainViT
from backbones.checkpoints.families.source import IMAGENET
from backbones.checkpoints.load import load_source
from backbones.export import load_export
from pretrain.__main__ import main as pretrain
from pretrain.checkpoint import read_checkpoint
from pretrain.export import export, main

DEMO = Path("pretrain/configs/demo")
SIZE = {"img_size": 32, "patch_size": 8, "embed_dim": 16, "depth": 2, "num_heads": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture
def runs(folder: Path, pictures: Path, command: Callable[..., list[str]]) -> Path:
    """A masked and a supervised run, one each for the tests here."""
    if not (folder / "mae").exists():
        pretrain(command(folder / "mae", epochs=2))
        pretrain(command(folder / "supervised", config="supervised", epochs=2))
    return folder


def timm_vit() -> VisionTransformer:
    return VisionTransformer(**SIZE, num_classes=0)


@pytest.mark.parametrize("method", ["mae", "supervised"])
def test_it_loads_into_timm_and_gives_the_same_features(runs: Path, method: str) -> None:
    main([str(runs / method), str(runs / f"{method}.pth")])
    weights, meta = load_export(runs / f"{method}.pth")
    model = timm_vit()
    model.load_state_dict(weights, strict=True)
    checkpoint = read_checkpoint(runs / method / "epoch_2.pth")
    prefix = {"mae": "", "supervised": "classifier.backbone."}[method]
    for name, tensor in weights.items():
        assert torch.equal(tensor, checkpoint["state_dict"][prefix + name])
    assert meta["method"] == {"mae": "mae-pixel-norm"}.get(method, method)
    assert meta["target"] == {"mae": "pixel-norm"}.get(method, "labels")
    assert (meta["epochs"], meta["img_size"], meta["patch_size"]) == (2, 32, 8)
    assert meta["mean"] == [0.485, 0.456, 0.406]
    normalisation = load_source(str(runs / f"{method}.pth")).source.traits.normalisation
    for found, expected in zip(normalisation, IMAGENET, strict=True):
        assert found == pytest.approx(expected)
    assert meta["source"] == f"{method}/epoch_2.pth"
    record = json.loads((runs / method / "result.json").read_text())
    assert meta["config_sha256"] == record["config_sha256"]
    assert json.loads(json.dumps(meta)) == meta


def test_the_supervised_export_is_the_average(runs: Path) -> None:
    _, meta = export(runs / "supervised", runs / "s.pth"), load_export(runs / "s.pth")[1]
    assert meta["ema"]
    checkpoint = read_checkpoint(runs / "supervised" / "epoch_2.pth")
    weights = load_export(runs / "s.pth")[0]
    # what MMEngine keeps as ema_state_dict in a checkpoint are the raw weights, swapped
    raw = checkpoint["ema_state_dict"]["module.classifier.backbone.norm.bias"]
    assert not torch.equal(weights["norm.bias"], raw)
    steps = [checkpoint["optimizer"]["state"][0]["step"].item()]
    assert steps == [4]


def test_the_random_control_depends_on_the_seed_alone(tmp_path: Path) -> None:
    outs = [tmp_path / f"{i}.pth" for i in range(3)]
    for out, seed in zip(outs, ("0", "0", "1"), strict=True):
        main([str(DEMO / "mae_pixel.py"), str(out), "--seed", seed])
    hashes = [load_export(out)[1]["sha256"] for out in outs]
    assert hashes[0] == hashes[1] != hashes[2]
    meta = load_export(outs[0])[1]
    assert (meta["method"], meta["target"], meta["epochs"]) == ("random", None, 0)
    export(DEMO / "supervised.py", tmp_path / "s.pth")  # its head needs no class count here


def test_full_size_names_and_shapes_are_timms() -> None:
    from mmengine.config import Config

    from pretrain.export import build

    with torch.device("meta"):
        model = build(Config.fromfile("pretrain/configs/mae/vit-b_pixel_1600e.py"))
        reference = timm.create_model("vit_base_patch16_224", num_classes=0)
    shapes = {name: tensor.shape for name, tensor in model.encoder.state_dict().items()}
    assert shapes == {name: tensor.shape for name, tensor in reference.state_dict().items()}


def test_a_checkpoint_that_lacks_a_tensor_is_refused(runs: Path, tmp_path: Path) -> None:
    content = read_checkpoint(runs / "mae" / "epoch_2.pth")
    del content["state_dict"]["blocks.1.norm2.bias"]
    content["state_dict"]["norm.bias"] = torch.zeros(3)
    torch.save({key: content[key] for key in ("state_dict", "meta")}, tmp_path / "bad.pth")
    with pytest.raises(ValueError, match=r"blocks\.1\.norm2\.bias \(16,\), norm\.bias \(16,\)"):
        export(tmp_path / "bad.pth", tmp_path / "out.pth")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=f"no checkpoint at {tmp_path}"):
        main([str(tmp_path), str(tmp_path / "out.pth")])
    torch.save({"a": 1}, tmp_path / "a.pth")
    with pytest.raises(SystemExit, match="is no checkpoint of python -m pretrain"):
        main([str(tmp_path / "a.pth"), str(tmp_path / "out.pth")])


def test_an_encoder_that_is_not_square_takes_its_grid_along(tmp_path: Path) -> None:
    """24 x 96 and 48 x 48 pixels make equally many patches of 12; the grid tells."""
    config, out = tmp_path / "wide.py", tmp_path / "wide.pth"
    config.write_text(
        f"_base_ = ['{DEMO.resolve()}/mae_pixel.py']\n"
        "model = dict(encoder=dict(img_size=(24, 96)))\n"
    )
    meta = export(config, out)
    assert (meta["grid"], meta["img_size"]) == ([2, 8], [24, 96])
    reports = []
    for size in ((24, 96), (48, 48)):
        backbone = PlainViT(
            None, img_size=size, patch_size=12, embed_dims=96, depth=4, num_heads=3,
            init_cfg={"type": "ViTCheckpoint", "checkpoint": str(out)},
        )  # fmt: skip
        backbone.init_weights()
        reports.append(backbone.load_report)
    assert "pos_embed" in reports[0].matched
    assert "pos_embed" in reports[1].resized
