"""What is built on BEiT's code, against timm's BEiT."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from small_vits import imported, mmpretrain, other, pictures, prefixed, same, timm_beit
from timm.models.beit import Beit


def simmim(model: Beit) -> Any:
    tensors = {**model.state_dict(), "mask_token": torch.ones(1, 1, 48)}
    return {"model": {**prefixed(tensors, "encoder."), "decoder.0.weight": torch.ones(768, 48)}}


def cae_file(model: Beit) -> Any:
    tensors = dict(model.state_dict())
    beside = {"mask_token": torch.ones(1, 1, 48), "pretext_neck.norm.weight": torch.ones(48)}
    both = {**prefixed(tensors, "encoder."), **prefixed(other(tensors), "teacher."), **beside}
    return {"model": both}


def beit_file(model: Beit) -> Any:
    extra = {"mask_token": torch.ones(1, 1, 48), "lm_head.weight": torch.ones(8, 48)}
    index = {"rel_pos_bias.relative_position_index": torch.zeros(17, 17, dtype=torch.long)}
    return {"model": {**model.state_dict(), **extra, **index}}


def beit_2(model: Beit) -> Any:
    content = beit_file(model)
    return {"model": {**content["model"], "cls_pt_layers.0.gamma_1": torch.ones(48)}}


def mmpretrain_beit(model: Beit) -> Any:
    return {"state_dict": mmpretrain(dict(model.state_dict()))}


ABSOLUTE = {"use_shared_rel_pos_bias": False, "use_abs_pos_emb": True}
PER_BLOCK = {"use_shared_rel_pos_bias": False, "use_rel_pos_bias": True}
BEITS: dict[str, tuple[str, dict[str, bool], Callable[[Beit], Any]]] = {
    "beit": ("BEiT, BEiT v2 or PeCo", {}, beit_file),
    "beit fine-tuned": ("BEiT, BEiT v2 or PeCo", PER_BLOCK, beit_file),
    "beit v2": ("BEiT v2", {}, beit_2),
    "peco": ("BEiT, BEiT v2 or PeCo", ABSOLUTE, beit_file),
    "simmim": ("SimMIM", {}, simmim),
    "cae": ("CAE", ABSOLUTE, cae_file),
    "mmpretrain beit": ("mmpretrain or mmseg", {}, mmpretrain_beit),
}


@pytest.mark.parametrize("layout", BEITS)
def test_beits_code(tmp_path: Path, layout: str) -> None:
    family, options, write = BEITS[layout]
    reference = timm_beit(**options)
    model = imported(write(reference), tmp_path)
    assert model.load_report.family == family
    assert model.blocks[0].ls1.gamma.abs().max() > 0.1
    same(model, reference.forward_features(pictures()))
