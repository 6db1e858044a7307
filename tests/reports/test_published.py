"""The published numbers, several checked against ones typed here by hand from the papers."""

import pytest

from reports.published import published_for, published_numbers

FPN_B = "coco/mask-rcnn_vit-b_fpn_lsj-100e"
FPN_L = "coco/mask-rcnn_vit-l_fpn_lsj-100e"
DET_B = "coco/mask-rcnn_vitdet-b_lsj-100e"
DET_L = "coco/mask-rcnn_vitdet-l_lsj-100e"
ADE_B = "ade20k/upernet_vit-b_512x512_160k"
ADE_L = "ade20k/upernet_vit-l_512x512_160k"


@pytest.mark.parametrize(
    ("protocol", "arch", "method", "metric", "value", "source"),
    [
        (FPN_B, "base", "mae-pixel-norm", "box_ap", "50.3", "Table 4"),
        (FPN_B, "base", "mae-pixel-norm", "mask_ap", "44.9", "Table 4"),
        (FPN_L, "large", "mae-pixel-norm", "box_ap", "53.3", "Table 4"),
        (FPN_B, "base", "supervised", "mask_ap", "42.9", "Table 4"),
        (FPN_L, "large", "beit", "mask_ap", "47.1", "Table 4"),
        (FPN_L, "large", "moco-v3", "mask_ap", "44.0", "Table 4"),
        (FPN_B, "base", "random", "box_ap", "48.9", "2111.11429"),
        (FPN_L, "large", "random", "box_ap", "50.7", "2111.11429"),
        (FPN_B, "base", "mae-pixel", "box_ap", "49.5", "Table 7"),
        (FPN_L, "large", "mae-dvae-token", "box_ap", "53.2", "Table 7"),
        (ADE_B, "base", "mae-pixel-norm", "miou", "48.1", "Table 5"),
        (ADE_L, "large", "supervised", "miou", "49.9", "Table 5"),
        (ADE_L, "large", "mae-pixel", "miou", "51.8", "Table 7"),
        (ADE_B, "base", "mae-dvae-token", "miou", "48.1", "Table 7"),
        (DET_B, "base", "random", "mask_ap", "42.6", "2203.16527), Table 4"),
        (DET_L, "large", "mae-pixel-norm", "box_ap", "55.6", "2203.16527), Table 5"),
        ("imagenet/vit-b_ft-100e", "base", "mae-pixel-norm", "top1", "83.6", "Table 3"),
        ("imagenet/vit-h_ft-50e", "huge", "mae-pixel", "top1", "86.2", "Table 7"),
        ("imagenet/vit-l_scratch-200e", "large", "supervised", "top1", "82.6", "Table 3"),
    ],
)
def test_main_source_of_a_number(
    protocol: str, arch: str, method: str, metric: str, value: str, source: str
) -> None:
    first = published_for(protocol=protocol, arch=arch, method=method, metric=metric)[0]
    assert first.value == value
    assert source in first.source


def test_mmsegmentation_is_a_second_source() -> None:
    rows = published_for(protocol=ADE_B, arch="base", method="mae-pixel-norm", metric="miou")
    assert "48.13" in [row.value for row in rows]


def test_the_mask_ap_of_random_init_is_not_known() -> None:
    assert published_for(protocol=FPN_B, arch="base", method="random", metric="mask_ap") == []


def test_random_init_says_that_it_trained_longer() -> None:
    (row,) = published_for(protocol=FPN_B, arch="base", method="random", metric="box_ap")
    assert "400 epochs" in row.note


def test_every_row_has_a_source_and_a_number() -> None:
    for row in published_numbers():
        assert all([row.protocol, row.method, row.arch, row.task, row.metric, row.source]), row
        assert 0 < float(row.value) < 100, row
        assert row.protocol.startswith(f"{row.task}/"), row


def test_no_source_gives_one_number_twice() -> None:
    keys = [(r.protocol, r.method, r.arch, r.metric, r.source) for r in published_numbers()]
    assert len(keys) == len(set(keys))
