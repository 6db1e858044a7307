"""Weights load completely or the run stops: every family, every kind of mismatch."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.model import BaseModule
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torch.testing import assert_close

from backbones import PlainViT, ViTCheckpoint
from backbones.export import save_export

DIMS = dict(patch_size=8, depth=2, num_heads=3)
State = dict[str, Tensor]


def timm_vit(size: int = 32, classes: int = 5) -> VisionTransformer:
    torch.manual_seed(0)
    model = VisionTransformer(img_size=size, embed_dim=48, num_classes=classes, **DIMS)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    return model.eval()


def backbone(checkpoint: Path | str | None, **options: Any) -> PlainViT:
    allowed = {k: options.pop(k) for k in ("allow_missing", "allow_dropped") if k in options}
    init = dict(type="ViTCheckpoint", checkpoint=checkpoint and str(checkpoint), **allowed)
    model = PlainViT(
        None, **{"img_size": 32, "embed_dims": 48, **DIMS, **options}, init_cfg=init
    ).eval()
    model.init_weights()
    return model


def decoder() -> State:
    return {
        "mask_token": torch.ones(1, 1, 16),
        "decoder_embed.weight": torch.ones(16, 48),
        "decoder_blocks.0.norm1.weight": torch.ones(16),
    }


def without_head(tensors: State) -> State:
    return {name: tensor for name, tensor in tensors.items() if not name.startswith("head")}


@pytest.mark.parametrize("layout", ["flat", "model", "mae", "mae-full", "export"])
def test_every_layout_gives_timms_features(tmp_path: Path, layout: str) -> None:
    reference, path = timm_vit(), tmp_path / "weights.pth"
    tensors = dict(reference.state_dict())
    if layout == "export":
        save_export(path, without_head(tensors), {"method": "mae"})
    else:
        content: Any = {
            "flat": tensors,
            "model": {"model": tensors},
            "mae": {"model": without_head(tensors)},
            "mae-full": {"model": {**without_head(tensors), **decoder()}},
        }[layout]
        torch.save(content, path)
    model = backbone(path)
    images = torch.randn(2, 3, 32, 32)
    assert_close(model.features(images), reference.forward_features(images), rtol=0, atol=1e-5)
    report = model.load_report
    assert len(report.matched) == len(without_head(tensors))
    assert (report.resized, report.missing) == ({}, [])
    assert len(report.sha256) == 64
    dropped = {"flat": 2, "model": 2, "mae": 0, "mae-full": 3, "export": 0}[layout]
    assert len(report.dropped) == dropped


def test_family_is_named(tmp_path: Path) -> None:
    tensors = dict(timm_vit().state_dict())
    found = []
    for content in (tensors, {"model": without_head(tensors)}, {**tensors, **decoder()}):
        torch.save(content, tmp_path / "w.pth")
        found.append(backbone(tmp_path / "w.pth").load_report.family)
    assert found == [
        "timm classifier",
        "MAE encoder",
        "MAE with decoder",
    ]


def test_no_checkpoint_is_random_on_purpose_and_says_so() -> None:
    for nothing in (None, ""):
        model = backbone(nothing)
        assert model.load_report.family == "random"
        assert "random initialisation" in str(model.load_report)


def test_dense_backbone_takes_what_it_shares(tmp_path: Path) -> None:
    """No class token, no final norm, other size, windows, relative position: all accounted for."""
    reference, path = timm_vit(), tmp_path / "w.pth"
    torch.save(reference.state_dict(), path)
    model = backbone(
        path, img_size=64, cls_token=False, final_norm=False, window_size=4, global_blocks=(1,),
        rel_pos="decomposed",
    )  # fmt: skip
    report = model.load_report
    assert report.resized == {"pos_embed": "[1, 17, 48] → [1, 64, 48]"}
    assert set(report.dropped) == {
        "cls_token", "norm.weight", "norm.bias", "head.weight", "head.bias",
    }  # fmt: skip
    assert all("rel_pos" in name for name in report.missing)
    assert len(report.missing) == 4
    expected = nn.functional.interpolate(
        reference.pos_embed[:, 1:].reshape(1, 4, 4, 48).permute(0, 3, 1, 2),
        (8, 8), mode="bicubic", antialias=True,
    )  # fmt: skip
    assert_close(model.pos_embed, expected.permute(0, 2, 3, 1).reshape(1, 64, 48))
    text = str(report)
    assert "resized  pos_embed: [1, 17, 48] → [1, 64, 48]" in text
    assert "initial  blocks.*.attn.rel_pos_h (2)" in text


def test_a_distilled_deit_keeps_its_class_token_and_its_position(tmp_path: Path) -> None:
    """timm's order is class token, distillation token, patches."""
    torch.manual_seed(0)
    reference = VisionTransformerDistilled(img_size=32, embed_dim=48, num_classes=5, **DIMS)
    nn.init.normal_(reference.pos_embed)
    torch.save({"model": reference.state_dict()}, tmp_path / "w.pth")
    model = backbone(tmp_path / "w.pth")
    rows = [0, *range(2, 18)]
    assert_close(model.pos_embed, reference.pos_embed[:, rows], rtol=0, atol=0)
    assert_close(model.cls_token, reference.cls_token, rtol=0, atol=0)
    report = model.load_report
    assert report.family == "distilled DeiT"
    heads = ["head.bias", "head.weight", "head_dist.bias", "head_dist.weight"]
    assert report.dropped == ["dist_token", *heads]
    # without the distillation token, it is timm's plain ViT with the same weights
    plain = timm_vit()
    kept = {**reference.state_dict(), "pos_embed": reference.pos_embed[:, rows].detach()}
    plain.load_state_dict({name: kept[name] for name in plain.state_dict()}, strict=True)
    images = torch.randn(2, 3, 32, 32)
    assert_close(model.features(images), plain.forward_features(images), rtol=0, atol=1e-5)
    dense = backbone(tmp_path / "w.pth", cls_token=False)
    assert_close(dense.pos_embed, reference.pos_embed[:, 2:], rtol=0, atol=0)


def test_an_export_whose_tensors_were_changed_is_refused(tmp_path: Path) -> None:
    path, tensors = tmp_path / "w.pth", without_head(dict(timm_vit().state_dict()))
    meta = save_export(path, tensors, {"method": "mae"})
    assert backbone(path).load_report.sha256 == meta["sha256"]
    tensors["norm.bias"] = tensors["norm.bias"] + 1
    torch.save({"state_dict": tensors, "meta": meta}, path)
    with pytest.raises(ValueError, match=r"w\.pth: the tensors do not match their recorded sha256"):
        backbone(path)


def test_other_patch_size_resamples_the_filters(tmp_path: Path) -> None:
    torch.save(timm_vit().state_dict(), tmp_path / "w.pth")
    model = backbone(tmp_path / "w.pth", img_size=40, patch_size=10)
    assert model.load_report.resized == {
        "patch_embed.proj.weight": "[48, 3, 8, 8] → [48, 3, 10, 10]"
    }


def table_source(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    trained = PlainViT(None, img_size=32, embed_dims=48, **DIMS, rel_pos="table", layer_scale=0.1)
    for name, parameter in trained.named_parameters():
        if "table" in name or "gamma" in name:
            nn.init.normal_(parameter)
    save_export(tmp_path / "t.pth", dict(trained.state_dict()), {})
    return tmp_path / "t.pth"


def test_relative_position_tables_are_resized(tmp_path: Path) -> None:
    path = table_source(tmp_path)
    model = backbone(path, img_size=48, rel_pos="table", layer_scale=1.0)
    assert model.load_report.resized["blocks.0.attn.relative_position_bias_table"] == (
        "[52, 3] → [124, 3] (bicubic)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"no place    blocks.0.attn.relative_position_bias_table \[52, 3\]"),
        (dict(rel_pos="table"), r"no place    blocks.0.ls1.gamma \[48\]"),
    ],
)
def test_functional_tensors_are_never_dropped_in_silence(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        backbone(table_source(tmp_path), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(depth=3), r"missing     blocks.2.attn.proj.bias \[48\]"),
        (dict(depth=1), r"no place    blocks.1.attn.proj.bias \[48\]"),
        (
            dict(embed_dims=96),
            r"wrong shape blocks.0.attn.proj.bias \[48\], the backbone has \[96\]",
        ),
        (dict(layer_scale=0.1), r"missing     blocks.0.ls1.gamma \[48\]"),
    ],
)
def test_another_architecture_is_an_error_that_names_tensors(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    torch.save(timm_vit().state_dict(), tmp_path / "w.pth")
    with pytest.raises(ValueError, match=message):
        backbone(tmp_path / "w.pth", **options)


def test_layer_scale_at_one_loses_nothing(tmp_path: Path) -> None:
    torch.save(timm_vit().state_dict(), tmp_path / "w.pth")
    model = backbone(tmp_path / "w.pth", layer_scale=1.0)
    assert len(model.load_report.missing) == 4


def test_the_configuration_may_say_what_may_be_missing(tmp_path: Path) -> None:
    torch.save(timm_vit().state_dict(), tmp_path / "w.pth")
    model = backbone(tmp_path / "w.pth", depth=3, allow_missing=["blocks.2.*"])
    assert all(name.startswith("blocks.2.") for name in model.load_report.missing)
    model = backbone(tmp_path / "w.pth", depth=1, allow_dropped=["blocks.1.*"])
    assert len(model.load_report.dropped) == 2 + 12


def test_loaded_weights_survive_the_parents_initialisation(tmp_path: Path) -> None:
    """MMEngine initialises every child again that has a method named init_weights."""
    reference = timm_vit()
    torch.save(reference.state_dict(), tmp_path / "w.pth")

    class Detector(BaseModule):
        def __init__(self) -> None:
            super().__init__(init_cfg=dict(type="Constant", layer="Linear", val=7.0))
            init = dict(type="ViTCheckpoint", checkpoint=str(tmp_path / "w.pth"))
            self.backbone = PlainViT(None, img_size=32, embed_dims=48, **DIMS, init_cfg=init)
            self.head = nn.Linear(2, 2)

    detector = Detector()
    detector.init_weights()
    assert detector.head.weight.eq(7).all()
    images = torch.randn(1, 3, 32, 32)
    features = detector.backbone.eval().features(images)
    assert_close(features, reference.forward_features(images), rtol=0, atol=1e-5)
    assert not any(hasattr(m, "init_weights") for m in list(detector.backbone.modules())[1:])


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"does not exist; check init_cfg\.checkpoint"):
        backbone(tmp_path / "none.pth")


def test_truncated_file(tmp_path: Path) -> None:
    torch.save(timm_vit().state_dict(), tmp_path / "w.pth")
    data = (tmp_path / "w.pth").read_bytes()
    (tmp_path / "w.pth").write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match=r"w.pth cannot be read as a checkpoint"):
        backbone(tmp_path / "w.pth")


class Payload:
    ran = False

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (exec, ("import backbones; backbones.attacked = True",))


def test_pickled_code_is_refused_and_not_run(tmp_path: Path) -> None:
    import backbones

    torch.save({"model": {}, "args": Payload()}, tmp_path / "w.pth")
    with pytest.raises(ValueError, match="holds pickled objects besides tensors"):
        backbone(tmp_path / "w.pth")
    (tmp_path / "raw.pth").write_bytes(pickle.dumps(Payload()))
    with pytest.raises(ValueError, match=r"raw\.pth"):
        backbone(tmp_path / "raw.pth")
    assert not hasattr(backbones, "attacked")


def test_unknown_layout_names_its_first_keys(tmp_path: Path) -> None:
    torch.save({"encoder.layer.0": torch.ones(1)}, tmp_path / "w.pth")
    with pytest.raises(ValueError, match=r"first names: \['encoder.layer.0'\]"):
        backbone(tmp_path / "w.pth")


def test_only_a_plain_vit_is_filled() -> None:
    with pytest.raises(TypeError, match="fills a PlainViT, not a Linear"):
        ViTCheckpoint(None)(nn.Linear(1, 1))
