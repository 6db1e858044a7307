"""The learning rate and the weight decay of every parameter, against tables written by hand.

A layer's rate is decay^(depth + 1 - layer) of the base rate: 0 the embedding, i + 1 block i,
depth + 1 all else. `N` in a name stands for any number.
"""

import re
from typing import Any

import pytest

VITDET_B = (  # .7, ViTDet section A.2
    *(0.009689, 0.01384, 0.01977, 0.02825, 0.04035, 0.05765, 0.08235),
    *(0.1176, 0.1681, 0.2401, 0.343, 0.49, 0.7, 1),
)
VITDET_L = (  # .8
    *(0.003778, 0.004722, 0.005903, 0.007379, 0.009223, 0.01153, 0.01441, 0.01801, 0.02252),
    *(0.02815, 0.03518, 0.04398, 0.05498, 0.06872, 0.0859, 0.1074, 0.1342, 0.1678, 0.2097),
    *(0.2621, 0.3277, 0.4096, 0.512, 0.64, 0.8, 1),
)
VITDET_H = (  # .9
    *(0.0309, 0.03434, 0.03815, 0.04239, 0.0471, 0.05233, 0.05815, 0.06461, 0.07179, 0.07977),
    *(0.08863, 0.09848, 0.1094, 0.1216, 0.1351, 0.1501, 0.1668, 0.1853, 0.2059, 0.2288, 0.2542),
    *(0.2824, 0.3138, 0.3487, 0.3874, 0.4305, 0.4783, 0.5314, 0.5905, 0.6561, 0.729, 0.81),
    *(0.9, 1),
)
UPERNET_B = (  # .65, the public reproductions of MAE's
    *(0.003697, 0.005688, 0.008751, 0.01346, 0.02071, 0.03186, 0.04902),
    *(0.07542, 0.116, 0.1785, 0.2746, 0.4225, 0.65, 1),
)
UPERNET_L = (  # .65
    *(2.103e-05, 3.235e-05, 4.977e-05, 7.658e-05, 0.0001178, 0.0001812, 0.0002788, 0.000429),
    *(0.00066, 0.001015, 0.001562, 0.002403, 0.003697, 0.005688, 0.008751, 0.01346, 0.02071),
    *(0.03186, 0.04902, 0.07542, 0.116, 0.1785, 0.2746, 0.4225, 0.65, 1),
)
BEIT_L = (  # .95, BEiT's released large
    *(0.2774, 0.292, 0.3074, 0.3235, 0.3406, 0.3585, 0.3774, 0.3972, 0.4181, 0.4401, 0.4633),
    *(0.4877, 0.5133, 0.5404, 0.5688, 0.5987, 0.6302, 0.6634, 0.6983, 0.7351, 0.7738, 0.8145),
    *(0.8574, 0.9025, 0.95, 1),
)


@pytest.mark.parametrize(
    ("name", "by_layer"),
    [
        ("coco/mask-rcnn_vitdet-b_lsj-100e", VITDET_B),
        ("coco/mask-rcnn_vitdet-l_lsj-100e", VITDET_L),
        ("coco/mask-rcnn_vitdet-h_lsj-75e", VITDET_H),
        ("coco/mask-rcnn_vitdet-b_lsj-300e_random", (1,) * 14),
        ("coco/mask-rcnn_vitdet-l_lsj-50e_supervised", (1,) * 26),
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", (1,) * 14),
        ("ade20k/upernet_vit-b_512x512_160k", UPERNET_B),
        ("ade20k/upernet_vit-b_512x512_160k_beit", UPERNET_B),
        ("ade20k/upernet_vit-l_512x512_160k", UPERNET_L),
        ("ade20k/upernet_vit-l_512x512_160k_beit", BEIT_L),
    ],
)
def test_rate_of_every_parameter_by_layer(
    name: str, by_layer: tuple[float, ...], groups: Any, model: Any
) -> None:
    found = groups(name)
    assert found.keys() == {n for n, _ in model(name).named_parameters()}
    layers = set()
    for parameter, (scale, _) in found.items():
        layer = len(by_layer) - 1
        if block := re.match(r"backbone\.blocks\.(\d+)\.", parameter):
            layer = int(block[1]) + 1
        elif re.match(r"backbone\.(pos_embed|cls_token|patch_embed)", parameter):
            layer = 0
        layers.add(layer)
        assert scale == pytest.approx(by_layer[layer], rel=5e-4), parameter
    assert layers == set(range(len(by_layer)))


# Parameters without weight decay; every other one has it.
VITDET = """
    backbone.pos_embed
    backbone.blocks.N.normN.weight  backbone.blocks.N.normN.bias
    neck.levels.0.1.weight  neck.levels.0.1.bias
    neck.levels.0.5.weight  neck.levels.0.5.bias  neck.levels.0.7.weight  neck.levels.0.7.bias
    neck.levels.1.2.weight  neck.levels.1.2.bias  neck.levels.1.4.weight  neck.levels.1.4.bias
    neck.levels.2.1.weight  neck.levels.2.1.bias  neck.levels.2.3.weight  neck.levels.2.3.bias
    neck.levels.3.2.weight  neck.levels.3.2.bias  neck.levels.3.4.weight  neck.levels.3.4.bias
    roi_head.bbox_head.shared_convs.N.ln.weight  roi_head.bbox_head.shared_convs.N.ln.bias
    roi_head.mask_head.convs.N.ln.weight  roi_head.mask_head.convs.N.ln.bias
"""
LI_ET_AL = """
    backbone.pos_embed
    backbone.blocks.N.normN.weight  backbone.blocks.N.normN.bias
    backbone.rel_pos_window.relative_position_bias_table
    backbone.rel_pos_global.relative_position_bias_table
    neck.0.levels.0.1.weight  neck.0.levels.0.1.bias
    neck.1.lateral_convs.N.bn.weight  neck.1.lateral_convs.N.bn.bias
    neck.1.fpn_convs.N.bn.weight  neck.1.fpn_convs.N.bn.bias
    roi_head.bbox_head.shared_convs.N.bn.weight  roi_head.bbox_head.shared_convs.N.bn.bias
    roi_head.mask_head.convs.N.bn.weight  roi_head.mask_head.convs.N.bn.bias
"""
UPERNET = """
    backbone.patch_embed.proj.bias
    backbone.blocks.N.normN.weight  backbone.blocks.N.normN.bias
    backbone.blocks.N.attn.qkv.bias  backbone.blocks.N.attn.proj.bias  backbone.blocks.N.lsN.gamma
    backbone.blocks.N.mlp.fcN.bias
    neck.levels.0.0.bias  neck.levels.0.1.weight  neck.levels.0.1.bias  neck.levels.0.3.bias
    neck.levels.1.bias
    decode_head.conv_seg.bias  auxiliary_head.conv_seg.bias
    decode_head.psp_modules.N.N.bn.weight  decode_head.psp_modules.N.N.bn.bias
    decode_head.bottleneck.bn.weight  decode_head.bottleneck.bn.bias
    decode_head.lateral_convs.N.bn.weight  decode_head.lateral_convs.N.bn.bias
    decode_head.fpn_convs.N.bn.weight  decode_head.fpn_convs.N.bn.bias
    decode_head.fpn_bottleneck.bn.weight  decode_head.fpn_bottleneck.bn.bias
    auxiliary_head.convs.N.bn.weight  auxiliary_head.convs.N.bn.bias
"""


@pytest.mark.parametrize(
    ("name", "decay", "exempt"),
    [
        ("coco/mask-rcnn_vitdet-b_lsj-100e", 0.1, VITDET),
        ("coco/mask-rcnn_vitdet-l_lsj-200e_random", 0.2, VITDET),
        ("coco/mask-rcnn_vitdet-h_lsj-75e", 0.1, ""),  # detectron2 exempts nothing for H
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", 0.1, LI_ET_AL),
        ("coco/mask-rcnn_vit-l_fpn_lsj-200e_random", 0.2, LI_ET_AL),
        ("ade20k/upernet_vit-b_512x512_160k", 0.05, UPERNET),
        ("ade20k/upernet_vit-l_512x512_160k", 0.05, UPERNET),
        ("ade20k/upernet_vit-b_512x512_160k_beit-v2", 0.05, UPERNET),
    ],
)
def test_weight_decay_of_every_parameter(name: str, decay: float, exempt: str, groups: Any) -> None:
    patterns = [
        (written, re.compile(re.escape(written).replace("N", r"\d+"))) for written in exempt.split()
    ]
    matched = set()
    for parameter, (_, found) in groups(name).items():
        fitting = {written for written, pattern in patterns if pattern.fullmatch(parameter)}
        matched |= fitting
        assert found == (0 if fitting else decay), parameter
    assert matched == set(exempt.split())  # no line names what is not there
