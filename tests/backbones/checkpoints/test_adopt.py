"""One configuration for every family: what a backbone takes over, and what it does not."""

from pathlib import Path
from typing import Any

import pytest
import torch
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer
from torch import nn

from backbones import PlainViT
from backbones.checkpoints.adopt import DEFAULTS, adopt
from backbones.export import save_export

VIT: dict[str, Any] = dict(img_size=32, patch_size=8, embed_dim=48, depth=2, num_heads=3)
SIZE: dict[str, Any] = dict(
    type="PlainViT", arch=None, img_size=64, patch_size=8, embed_dims=48, depth=2, num_heads=3
)
DETECTION = dict(
    window_size=4, global_blocks=(1,), cls_token=False, rel_pos="decomposed", final_norm=False
)
SEGMENTATION = dict(rel_pos="table", layer_scale=1.0, final_norm=False)
PICTURES = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])


def beit(tmp_path: Path, **options: Any) -> str:
    torch.manual_seed(0)
    model = Beit(**VIT, num_classes=0, init_values=0.1, use_abs_pos_emb=False, **options)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    torch.save({"model": model.state_dict()}, tmp_path / "beit.pth")
    return str(tmp_path / "beit.pth")


def configuration(checkpoint: str, protocol: dict[str, Any], **init: Any) -> dict[str, Any]:
    init = {"type": "ViTCheckpoint", "checkpoint": checkpoint, **init}
    return {
        "backbone": {**SIZE, **protocol, "init_cfg": init},
        "data_preprocessor": {key: list(value) for key, value in PICTURES.items()},
    }


def built(model: dict[str, Any]) -> PlainViT:
    options = {key: value for key, value in model["backbone"].items() if key != "type"}
    backbone = PlainViT(**options)
    backbone.init_weights()
    return backbone


def test_defaults_are_the_backbones() -> None:
    backbone = PlainViT("tiny")
    assert backbone.act == DEFAULTS["act"]
    assert backbone.norm_eps == DEFAULTS["norm_eps"]
    assert backbone.has_abs_pos == DEFAULTS["abs_pos"]
    names = set(backbone.state_dict())
    assert ("patch_embed.proj.bias" in names) == DEFAULTS["patch_bias"]
    assert ("norm_pre.weight" in names) == DEFAULTS["pre_norm"]
    assert ("norm.weight" in names) == DEFAULTS["final_norm"]
    assert not any("rel" in name or "ls1" in name or "reg_token" in name for name in names)


@pytest.mark.parametrize("protocol", [DETECTION, SEGMENTATION, {}], ids=["coco", "ade", "imagenet"])
def test_beit_in_every_protocol(tmp_path: Path, protocol: dict[str, Any]) -> None:
    path = beit(tmp_path, use_shared_rel_pos_bias=True)
    model = configuration(path, protocol)
    with pytest.raises(ValueError, match="does not fit the backbone"):
        built(model)
    changes = adopt(model)
    assert changes["backbone.abs_pos"]["new"] is False
    kind = {"decomposed": "table", "table": "table", None: "shared-table"}
    assert model["backbone"]["rel_pos"] == kind[protocol.get("rel_pos")]
    assert not any("mean" in key for key in changes)  # the file does not say
    report = built(model).load_report
    assert not report.missing
    assert adopt(model) == {}


def test_tables_reach_every_block_at_its_window(tmp_path: Path) -> None:
    model = configuration(beit(tmp_path, use_shared_rel_pos_bias=True), DETECTION)
    adopt(model)
    report = built(model).load_report
    assert report.resized == {
        "blocks.0.attn.relative_position_bias_table": "[52, 3] → [49, 3] (bicubic)",
        "blocks.1.attn.relative_position_bias_table": "[52, 3] → [225, 3] (bicubic)",
    }


def test_li_et_al_give_beit_random_positions(tmp_path: Path) -> None:
    path = beit(tmp_path, use_shared_rel_pos_bias=True)
    protocol = {**DETECTION, "rel_pos": "shared-table"}
    model = configuration(path, protocol, allow_missing=["pos_embed"])
    changes = adopt(model)
    assert set(changes) == {"backbone.layer_scale"}
    report = built(model).load_report
    assert report.missing == ["pos_embed"]
    assert {name.split(".")[0] for name in report.resized} == {"rel_pos_window", "rel_pos_global"}


def test_plain_vits_change_nothing(tmp_path: Path) -> None:
    torch.save({"model": VisionTransformer(**VIT, num_classes=0).state_dict()}, tmp_path / "w.pth")
    for protocol in (DETECTION, SEGMENTATION, {}):
        model = configuration(str(tmp_path / "w.pth"), protocol)
        assert adopt(model) == {}
        built(model)


def test_an_export_says_how_its_pictures_were_normalised(tmp_path: Path) -> None:
    weights = VisionTransformer(**VIT, num_classes=0).state_dict()
    meta = {"mean": [0.5] * 3, "std": [0.5] * 3, "norm_eps": 1e-12, "act": "quick-gelu"}
    save_export(tmp_path / "w.pth", weights, meta)
    model = configuration(str(tmp_path / "w.pth"), {})
    for key, name in (("act", "activation"), ("norm_eps", "epsilon"), ("heads", "")):
        if name:
            with pytest.raises(ValueError, match=f"{name} .*the backbone has .*{key}"):
                built(model)
    assert set(adopt(model)) == {
        "backbone.act", "backbone.norm_eps", "data_preprocessor.mean", "data_preprocessor.std",
    }  # fmt: skip
    assert model["data_preprocessor"]["mean"] == [127.5] * 3
    assert built(model).blocks[0].norm1.eps == 1e-12


@pytest.mark.parametrize(
    ("preprocessor", "changed"),
    [
        (PICTURES, False),
        ({"type": "NormalisePictures", "unit": 1, **PICTURES}, False),
        ({"type": "NormalisePictures", "mean": [0.485, 0.456, 0.406],
          "std": [0.229, 0.224, 0.225]}, False),
        ({"type": "NormalisePictures", "mean": [0.5] * 3, "std": [0.229, 0.224, 0.225]}, True),
        ({"mean": [127.5] * 3, "std": PICTURES["std"]}, True),
    ],
)  # fmt: skip
def test_pictures_are_normalised_in_the_preprocessors_own_unit(
    tmp_path: Path, preprocessor: dict[str, Any], changed: bool
) -> None:
    weights = VisionTransformer(**VIT, num_classes=0).state_dict()
    meta = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    save_export(tmp_path / "w.pth", weights, meta)
    model = configuration(str(tmp_path / "w.pth"), {})
    model["data_preprocessor"] = {**preprocessor}
    assert set(adopt(model)) == ({"data_preprocessor.mean"} if changed else set())
    scale = 1 if preprocessor["mean"][0] < 1 else 255  # of pixels in 0…1
    assert model["data_preprocessor"]["mean"] == pytest.approx([scale * m for m in meta["mean"]])


def test_other_heads_are_refused(tmp_path: Path) -> None:
    weights = VisionTransformer(**VIT, num_classes=0).state_dict()
    save_export(tmp_path / "w.pth", weights, {"num_heads": 6})
    with pytest.raises(ValueError, match=r"heads +6, the backbone has 3"):
        built(configuration(str(tmp_path / "w.pth"), {}))


def test_registers_are_a_choice(tmp_path: Path) -> None:
    vit = VisionTransformer(**VIT, num_classes=0, reg_tokens=4, no_embed_class=True)
    torch.save(vit.state_dict(), tmp_path / "w.pth")
    model = configuration(str(tmp_path / "w.pth"), {})
    with pytest.raises(ValueError, match="say what becomes of them"):
        adopt(model)
    model = configuration(str(tmp_path / "w.pth"), {}, registers="keep")
    assert set(adopt(model)) == {"backbone.num_registers"}
    assert built(model).prefix == 5
    model = configuration(str(tmp_path / "w.pth"), DETECTION, registers="keep")
    adopt(model)
    with pytest.raises(ValueError, match="registers have no place in windows"):
        built(model)
    model = configuration(str(tmp_path / "w.pth"), DETECTION, registers="drop")
    assert adopt(model) == {}
    assert "reg_token" in built(model).load_report.dropped


def test_nothing_to_take_over() -> None:
    assert adopt({}) == {}
    assert adopt({"backbone": {"type": "ResNet"}}) == {}
    assert adopt({"backbone": {**SIZE, "init_cfg": {"checkpoint": None}}}) == {}


def test_the_initialisers_choices_reach_the_load(tmp_path: Path) -> None:
    path = beit(tmp_path, use_shared_rel_pos_bias=True)
    tables = []
    for method in ("bicubic", "geometric", "reinit"):
        model = configuration(path, SEGMENTATION, rel_pos_resize=method)
        adopt(model)
        backbone = built(model)
        assert all(
            change.endswith(f"({method})") for change in backbone.load_report.resized.values()
        )
        tables.append(backbone.state_dict()["blocks.1.attn.relative_position_bias_table"])
    assert not tables[2][:-3].any()
    assert (tables[0] - tables[1]).abs().max() > 1e-3

    weights = VisionTransformer(**VIT, num_classes=0).state_dict()
    both = {"teacher": weights, "student": {name: tensor + 1 for name, tensor in weights.items()}}
    torch.save(both, tmp_path / "dino.pth")
    found = [
        built(configuration(str(tmp_path / "dino.pth"), {}, **choice)).norm.bias.mean().item()
        for choice in ({}, {"branch": "teacher"}, {"branch": "student"})
    ]
    assert found == pytest.approx([0.0, 0.0, 1.0])


def test_a_hash_is_left_to_who_reads_the_tensors(tmp_path: Path) -> None:
    options = {key: value for key, value in SIZE.items() if key != "type"}
    file = tmp_path / "export.pth"
    save_export(file, PlainViT(**options).state_dict(), {"method": "mae"})
    content = torch.load(file, weights_only=True)
    content["state_dict"]["norm.bias"] += 1
    torch.save(content, file)
    adopt(model := configuration(str(file), {}))
    with pytest.raises(ValueError, match="do not match their recorded sha256"):
        built(model)
