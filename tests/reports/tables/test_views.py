"""The paper's tables out of several comparisons, none of whose columns mixes two of them."""

from typing import Any

import pytest
from image_results import put_segmentation

from reports.assess import Options, assess
from reports.comparisons import Comparison, comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.tables.views import blocks_tuned, by_size, counterpart, partial, pixels_or_tokens

FPN = "coco/mask-rcnn_vit-{}_fpn_lsj-100e"
SHIPPED = "ab" * 32


def compare(runs: Any) -> list[tuple[Comparison, Evidence]]:
    records = scan(runs.root).records
    by_path = {record.path: record for record in records}
    groups = comparisons(results_frame(records), curves_frame(records))
    return [(group, assess(group, by_path, Options(resamples=100))) for group in groups]


def put(
    runs: Any, make: Any, method: str, task: str, name: str, arch: str, n: int, **scores: float
) -> None:
    protocol = {"name": name, "sha256": SHIPPED, "shipped_sha256": SHIPPED, "tuned": {}}
    data = {"name": task, "manifest_sha256": "12" * 32}
    record = make(method, task, 0, scores, protocol=protocol, arch=arch, n_images=n, data=data)
    runs.put(record, f"{name}/{arch}/{method}")


@pytest.fixture
def sizes(runs: Any, make_transfer: Any) -> Any:
    for arch, letter, gain in (("large", "l", 3.0), ("base", "b", 0.0)):
        for method, ap in (("random", 48.0), ("mae-pixel-norm", 50.0)):
            scores = {"box_ap": ap + gain, "mask_ap": ap + gain - 5}
            put(runs, make_transfer, method, "coco", FPN.format(letter), arch, 5000, **scores)
    return runs


def test_sizes_stand_side_by_side_with_the_papers_numbers(sizes: Any) -> None:
    table = by_size("coco", compare(sizes))
    assert table is not None
    names = [column.name for column in table.columns]
    assert names[:6] == [
        *("initialisation", "n", "COCO box AP ViT-B", "COCO box AP ViT-B published"),
        *("COCO box AP ViT-L", "COCO box AP ViT-L published"),
    ]
    assert table.rows[1].texts[:6] == (
        *("MAE (normalised pixels)", "1", "50.0", "50.3", "53.0", "53.3"),
    )
    assert any("Table 4" in source for source in table.sources)


def test_one_size_needs_no_view(runs: Any, make_transfer: Any) -> None:
    put(runs, make_transfer, "random", "coco", FPN.format("b"), "base", 5000, box_ap=1.0)
    assert by_size("coco", compare(runs)) is None


def test_other_data_are_a_column_of_their_own(sizes: Any, make_transfer: Any) -> None:
    put(sizes, make_transfer, "random", "coco", FPN.format("b") + "x", "base", 200, box_ap=9.0)
    table = by_size("coco", compare(sizes))
    assert table is not None
    groups = {column.group for column in table.columns}
    assert {"COCO box AP", "200 images (COCO protocol) box AP"} <= groups
    row = table.rows[0]
    assert row.texts.count("9.0") == 1
    assert row.texts.count("48.0") == 1


def test_pixels_against_tokens_with_a_difference_row(runs: Any, make_transfer: Any) -> None:
    name = "ade20k/upernet_vit-b_512x512_160k"
    for method, miou in (("mae-pixel", 47.0), ("mae-pixel-norm", 48.0), ("mae-dvae-token", 47.5)):
        put(runs, make_transfer, method, "ade20k", name, "base", 2000, miou=miou)
    table = pixels_or_tokens(compare(runs))
    assert table is not None
    *_, last = table.rows
    assert last.texts == (*("MAE (dVAE tokens) − MAE (normalised pixels)", "1", "−0.5", "0.0"),)
    assert last.cells[2].value == pytest.approx(-0.5)
    assert len(last.cells[2].records) == 2


def test_the_difference_row_has_its_interval(runs: Any, make_transfer: Any) -> None:
    put_segmentation(runs, make_transfer, "mae-pixel-norm", 0.0)
    put_segmentation(runs, make_transfer, "mae-vq-token", 2.0)
    table = pixels_or_tokens(compare(runs))
    assert table is not None
    cell = table.rows[-1].cells[2]
    assert cell.text.startswith("+")
    assert cell.text.endswith("]")


def test_without_tokens_there_is_nothing_to_set_against_pixels(sizes: Any) -> None:
    assert pixels_or_tokens(compare(sizes)) is None


def test_partial_fine_tuning_goes_from_linear_to_all_blocks(runs: Any, make_transfer: Any) -> None:
    for name, top1 in (
        ("finetune_vit-l_50e", 84.9),
        ("linear_vit-l_90e", 73.5),
        ("partial-half_vit-l_50e", 79.0),
        ("partial-4_vit-l_50e", 84.0),
    ):
        protocol = f"imagenet/{name}"
        put(runs, make_transfer, "mae-pixel", "imagenet", protocol, "large", 50000, top1=top1)
    (table,) = partial(compare(runs))
    labels = [column.label for column in table.columns if "published" not in column.label]
    assert labels == ["initialisation", "n", "linear", "½ block", "4 blocks", "all"]
    (row,) = table.rows
    ours, papers = row.cells[2::2], row.cells[3::2]
    assert [cell.value for cell in ours] == [73.5, 79.0, 84.0, 84.9]
    assert [cell.value for cell in papers] == [73.5, 79.1, 84.2, 84.9]  # Figure 9's own


def test_sizes_do_not_share_a_table_of_partial_fine_tuning(runs: Any, make_transfer: Any) -> None:
    for arch in ("base", "large"):
        for name in ("linear", "partial-2"):
            protocol = f"imagenet/{name}_vit-{arch[0]}"
            put(runs, make_transfer, "beit", "imagenet", protocol, arch, 50000, top1=1.0)
    titles = [table.title for table in partial(compare(runs))]
    assert titles == ["Partial fine-tuning, ViT-B", "Partial fine-tuning, ViT-L"]


@pytest.mark.parametrize(
    ("method", "others", "pixel"),
    [
        ("mae-vq-token", ["mae-pixel", "mae-pixel-norm"], "mae-pixel-norm"),
        ("mae-vq-token", ["mae-pixel"], "mae-pixel"),
        (
            "mae-target-dvae-token",
            ["mae-pixel-norm", "mae-target-pixel-norm"],
            "mae-target-pixel-norm",
        ),
        ("mae-target-dvae-token", ["mae-pixel-norm"], ""),
        ("beit", ["mae-pixel-norm"], ""),
    ],
)
def test_a_token_target_is_set_against_pixels_of_its_own_recipe(
    method: str, others: list[str], pixel: str
) -> None:
    assert counterpart(method, others) == pixel


@pytest.mark.parametrize(
    ("protocol", "blocks"),
    [
        ("imagenet/partial_toy", 1.0),
        ("imagenet/partial-12_vit-l_50e", 12.0),
        ("imagenet/knn_vit-b", None),
        ("coco/partial-2_x", None),
    ],
)
def test_blocks_are_read_off_the_protocol(
    runs: Any, make_transfer: Any, protocol: str, blocks: float | None
) -> None:
    put(runs, make_transfer, "random", "imagenet", protocol, "tiny", 10, top1=1.0)
    assert blocks_tuned(compare(runs)[0][0]) == blocks
