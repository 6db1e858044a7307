"""Settings of every shipped protocol against a table written by hand, with its source."""

from typing import Any, NamedTuple

import pytest


class Settings(NamedTuple):
    lr: float
    weight_decay: float
    drop_path: float
    layer_decay: float
    length: int  # epochs on COCO, iterations on ADE20K


LI = "coco/mask-rcnn_vit-{}"
VITDET = "coco/mask-rcnn_vitdet-{}"
UPERNET = "ade20k/upernet_vit-{}"
TABLE = {
    # Li et al., section 4.2; supervised, BEiT and MAE share these settings
    LI.format("b_fpn_lsj-100e"): Settings(8e-5, 0.1, 0.1, 1.0, 100),
    LI.format("l_fpn_lsj-100e"): Settings(8e-5, 0.1, 0.3, 1.0, 100),
    LI.format("b_fpn_lsj-200e_random"): Settings(1.6e-4, 0.2, 0.1, 1.0, 200),
    LI.format("l_fpn_lsj-200e_random"): Settings(1.6e-4, 0.2, 0.3, 1.0, 200),
    # ViTDet, Table 11 and appendix A.2
    VITDET.format("b_lsj-100e"): Settings(1e-4, 0.1, 0.1, 0.7, 100),
    VITDET.format("l_lsj-100e"): Settings(1e-4, 0.1, 0.4, 0.8, 100),
    VITDET.format("h_lsj-75e"): Settings(1e-4, 0.1, 0.5, 0.9, 75),
    VITDET.format("b_lsj-300e_random"): Settings(1.6e-4, 0.2, 0.1, 1.0, 300),
    VITDET.format("l_lsj-200e_random"): Settings(1.6e-4, 0.2, 0.4, 1.0, 200),
    VITDET.format("b_lsj-50e_supervised"): Settings(8e-5, 0.1, 0.1, 1.0, 50),
    VITDET.format("l_lsj-50e_supervised"): Settings(8e-5, 0.1, 0.4, 1.0, 50),
    # MAE, as reproduced by implus and MMSegmentation; ViT-L's drop path is BEiT's
    UPERNET.format("b_512x512_160k"): Settings(1e-4, 0.05, 0.1, 0.65, 160000),
    UPERNET.format("l_512x512_160k"): Settings(1e-4, 0.05, 0.2, 0.65, 160000),
    # microsoft/unilm: upernet_beit_base_…_pt, upernet_beit_large_…_pt2ft, and BEiT v2's two
    UPERNET.format("b_512x512_160k_beit"): Settings(7e-4, 0.05, 0.1, 0.65, 160000),
    UPERNET.format("l_512x512_160k_beit"): Settings(2e-5, 0.05, 0.2, 0.95, 160000),
    UPERNET.format("b_512x512_160k_beit-v2"): Settings(5e-5, 0.05, 0.15, 0.75, 160000),
    UPERNET.format("l_512x512_160k_beit-v2"): Settings(4e-5, 0.05, 0.2, 0.9, 160000),
}
SIZES = {"b": ("base", 12), "l": ("large", 24), "h": ("huge", 32)}


def size(name: str) -> tuple[str, int]:
    return SIZES[name.split("vit-")[-1].split("vitdet-")[-1][0]]


@pytest.mark.parametrize(("name", "expected"), TABLE.items(), ids=TABLE)
def test_settings(name: str, expected: Settings, load: Any) -> None:
    config = load(name)
    optimizer = config.optim_wrapper.optimizer
    assert optimizer.type == "AdamW"
    assert tuple(optimizer.betas) == (0.9, 0.999)
    assert "clip_grad" not in config.optim_wrapper
    assert expected == Settings(
        optimizer.lr,
        optimizer.weight_decay,
        config.model.backbone.drop_path_rate,
        config.optim_wrapper.paramwise_cfg.layer_decay,
        config.schedule.get("epochs") or config.schedule.iters,
    )


COCO = [name for name in TABLE if name.startswith("coco")]
ADE20K = [name for name in TABLE if name.startswith("ade20k")]


@pytest.mark.parametrize("name", COCO)
def test_detection_has_windows_of_14_and_a_global_block_a_quarter(name: str, load: Any) -> None:
    backbone = load(name).model.backbone
    arch, depth = size(name)
    quarters = tuple(depth * i // 4 - 1 for i in (1, 2, 3, 4))
    assert backbone.arch == arch
    assert (backbone.window_size, tuple(backbone.global_blocks)) == (14, quarters)
    last = (depth - 1,)
    assert tuple(backbone.out_indices) == (last if "vitdet" in name else quarters)
    assert backbone.rel_pos == ("decomposed" if "vitdet" in name else "shared-table")


@pytest.mark.parametrize("name", ADE20K)
def test_segmentation_takes_four_depths_slides_and_keeps_the_class_token(
    name: str, load: Any
) -> None:
    model = load(name).model
    backbone = model.backbone
    depths = {"base": (3, 5, 7, 11), "large": (7, 11, 15, 23)}
    arch, _ = size(name)
    assert (backbone.arch, tuple(backbone.out_indices)) == (arch, depths[arch])
    assert backbone.rel_pos == "table"
    assert backbone.get("cls_token", True)
    assert backbone.get("abs_pos", True) == ("beit" not in name)
    assert backbone.layer_scale == (
        1.0 if "beit" not in name else {"base": 0.1, "large": 1e-6}[arch]
    )
    assert model.test_cfg == {"mode": "slide", "crop_size": (512, 512), "stride": (341, 341)}
    width = {"base": 768, "large": 1024}[arch]
    assert (model.decode_head.channels, model.auxiliary_head.channels) == (width, 256)
    assert model.auxiliary_head.loss_decode.loss_weight == 0.4


@pytest.mark.parametrize("name", TABLE)
def test_every_protocol_trains_in_bfloat16(name: str, load: Any) -> None:
    wrapper = load(name).optim_wrapper
    assert (wrapper.type, wrapper.dtype) == ("AutocastOptimWrapper", "bfloat16")
