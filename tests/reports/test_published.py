"""The published numbers, several checked against ones typed here by hand from the papers."""

from pathlib import Path

import pytest

from reports.published import published_for, published_numbers

ROOT = Path(__file__).parents[2]

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
        ("imagenet/finetune_vit-b_100e", "base", "mae-pixel-norm", "top1", "83.6", "Table 3"),
        ("imagenet/finetune_vit-h_50e", "huge", "mae-pixel", "top1", "86.2", "Table 7"),
        ("imagenet/linear_vit-b_90e", "base", "mae-pixel-norm", "top1", "68.0", "Table 12"),
        ("imagenet/partial-half_vit-l_50e", "large", "mae-pixel", "top1", "79.1", "section 4.3"),
        ("imagenet/partial-1_vit-l_50e", "large", "mae-pixel", "top1", "81.0", "Figure 9"),
        ("imagenet/partial-12_vit-l_50e", "large", "moco-v3", "top1", "83.2", "Figure 9"),
        ("imagenet/vit-l_scratch-200e", "large", "supervised", "top1", "82.6", "Table 3"),
    ],
)
def test_main_source_of_a_number(
    protocol: str, arch: str, method: str, metric: str, value: str, source: str
) -> None:
    first = published_for(protocol=protocol, arch=arch, method=method, metric=metric)[0]
    assert first.value == value
    assert source in first.source


@pytest.mark.parametrize(
    ("protocol", "arch", "metric", "values"),
    [
        (ADE_B, "base", "miou", {"MMSegmentation": "48.13", "implus": "48.15"}),
        ("imagenet/finetune_vit-b_100e", "base", "top1", {"MMPretrain": "83.5"}),
        ("imagenet/finetune_vit-l_50e", "large", "top1", {"MMPretrain": "85.7"}),
        ("imagenet/finetune_vit-h_50e", "huge", "top1", {"MMPretrain": "86.9"}),
        ("imagenet/finetune_vit-h-448_50e", "huge", "top1", {"MMPretrain": "87.3"}),
        ("imagenet/linear_vit-b_90e", "base", "top1", {"facebook": "67.8", "MMPretrain": "67.1"}),
        ("imagenet/linear_vit-l_90e", "large", "top1", {"facebook": "76.0", "MMPretrain": "75.5"}),
    ],
)
def test_code_bases_are_further_sources(
    protocol: str, arch: str, metric: str, values: dict[str, str]
) -> None:
    rows = published_for(protocol=protocol, arch=arch, method="mae-pixel-norm", metric=metric)
    assert "He et al." in rows[0].source
    for name, value in values.items():
        assert [row.value for row in rows if row.source.startswith(name)] == [value]


def test_the_authors_code_says_where_it_differs_from_their_paper() -> None:
    rows = [row for row in published_numbers() if "/finetune-release" in row.protocol]
    assert {row.source for row in rows} == {"facebookresearch/mae, FINETUNE.md"}
    assert [row.value for row in rows] == ["83.664", "85.952", "86.928"]
    assert [row.arch for row in rows] == ["base", "large", "huge"]
    assert "base learning rate 5e-4 and layer decay .65" in rows[0].note
    assert "drop path .2, the paper's .1" in rows[1].note
    assert "drop path .3, the paper's .2" in rows[2].note


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


def test_every_protocol_is_a_configuration_that_ships() -> None:
    """But training from scratch, which `pretrain/configs/supervised` does."""
    missing = {
        row.protocol
        for row in published_numbers()
        if not (ROOT / f"transfer/configs/{row.protocol}.py").is_file()
    }
    assert all("_scratch-" in protocol for protocol in missing), missing
