"""Layouts around timm's names, wherever they lie: the features stay the model's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from small_vits import State, imported, mmpretrain, other, pictures, prefixed, same, timm_vit
from torch import nn
from torch.testing import assert_close


def moco(tensors: State) -> Any:
    head = {"head.0.weight": torch.ones(4, 48), "head.1.running_mean": torch.ones(4)}
    return {
        "epoch": 300,
        "arch": "vit_base",
        "optimizer": {"state": {}},
        "state_dict": {
            **prefixed({**tensors, **head}, "module.base_encoder."),
            **prefixed({**other(tensors), **head}, "module.momentum_encoder."),
            **prefixed({"0.weight": torch.ones(4, 4)}, "module.predictor."),
        },
    }


def dino_file(tensors: State) -> Any:
    head = {"module.head.mlp.0.weight": torch.ones(4, 48)}
    return {
        "student": {**prefixed(other(tensors), "module.backbone."), **head},
        "teacher": {**prefixed(tensors, "module.backbone."), **head},
        "epoch": 100,
    }


HEAD = {"head.weight": torch.ones(5, 48), "head.bias": torch.ones(5)}
DECODER = {"mask_token": torch.ones(1, 1, 16), "decoder_embed.weight": torch.ones(16, 48)}
PLAIN: dict[str, tuple[str, Callable[[State], Any]]] = {
    "timm": ("timm classifier", lambda t: {**t, **HEAD}),
    "deit": ("DeiT", lambda t: {"model": {**t, **HEAD}}),
    "mae": ("MAE encoder", lambda t: {"model": t}),
    "mae full": ("MAE with decoder", lambda t: {"model": {**t, **DECODER}}),
    "mae compiled": ("MAE with decoder", lambda t: prefixed({**t, **DECODER}, "_orig_mod.")),
    "dino file": ("plain ViT encoder (timm, DINO, iBOT names)", lambda t: t),
    "ibot file": (
        "plain ViT encoder (timm, DINO, iBOT names)",
        lambda t: {"state_dict": {**t, "masked_embed": torch.ones(1, 48)}},
    ),
    "dino": ("DINO or iBOT teacher", dino_file),
    "moco": ("MoCo v3", moco),
    "mmpretrain": (
        "mmpretrain or mmseg",
        lambda t: {"meta": {}, "state_dict": {**mmpretrain(t), "head.fc.weight": torch.ones(1)}},
    ),
    "lightning": (
        "Lightning or OpenMMLab model",
        lambda t: {"epoch": 3, "state_dict": prefixed(t, "model.")},
    ),
    "lightly": (
        "Lightning or OpenMMLab model",
        lambda t: {
            "state_dict": {
                **prefixed(t, "backbone.vit."),
                "backbone.mask_token": torch.ones(1, 1, 48),
                "decoder.decoder_embed.weight": torch.ones(16, 48),
            }
        },
    ),
    "classifier here": (
        "Lightning or OpenMMLab model",
        lambda t: {
            "state_dict": {**prefixed(t, "backbone."), **HEAD, "fc_norm.bias": torch.ones(48)}
        },
    ),
    "simmim plain": (
        "SimMIM",
        lambda t: {"model": {**prefixed(t, "encoder."), "decoder.0.weight": torch.ones(2)}},
    ),
}


@pytest.mark.parametrize("layout", PLAIN)
def test_timms_names_wherever_they_lie(tmp_path: Path, layout: str) -> None:
    reference = timm_vit()
    family, write = PLAIN[layout]
    model = imported(write(dict(reference.state_dict())), tmp_path)
    assert model.load_report.family == family
    same(model, reference.forward_features(pictures()))


def test_student_and_teacher(tmp_path: Path) -> None:
    content = dino_file(dict(timm_vit().state_dict()))
    teacher, student = (imported(content, tmp_path, branch=b) for b in ("teacher", "student"))
    assert student.load_report.family == "DINO or iBOT student"
    assert_close(student.pos_embed, teacher.pos_embed + 1)
    only = {"student": content["student"]}
    assert imported(only, tmp_path).load_report.family == "DINO or iBOT student"


def test_mae_fine_tuned_has_its_norm_after_pooling(tmp_path: Path) -> None:
    reference = timm_vit(global_pool="avg", num_classes=5)
    assert "fc_norm.weight" in reference.state_dict()
    model = imported({"model": reference.state_dict()}, tmp_path)
    assert model.load_report.family == "MAE fine-tuned"
    same(model, reference.forward_features(pictures()))


def test_maskfeat_has_no_final_norm(tmp_path: Path) -> None:
    reference = timm_vit()
    reference.norm = nn.Identity()
    extra = {
        "mask_token": torch.ones(1, 1, 48),
        "pred_head.projections.0.weight": torch.ones(108, 48),
        "hogs.0.weight_x": torch.ones(3, 1, 3, 3),
    }
    content = {"epoch": 299, "model_state": {**reference.state_dict(), **extra}}
    model = imported(content, tmp_path)
    assert model.load_report.family == "MaskFeat"
    assert set(model.load_report.dropped) == extra.keys()
    same(model, reference.forward_features(pictures()))


def test_slowfast_fine_tuned(tmp_path: Path) -> None:
    reference = timm_vit()
    content = {"model_state": {**reference.state_dict(), "head.projection.weight": torch.ones(5)}}
    model = imported(content, tmp_path)
    assert model.load_report.family == "SlowFast ViT"
    same(model, reference.forward_features(pictures()))
