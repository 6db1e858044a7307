"""A published number stands beside ours for the same protocol on the whole data, else not."""

from typing import Any

import pytest

from reports.comparisons import comparisons
from reports.frame import curves_frame, results_frame
from reports.records import scan
from reports.tables import Table, result_table

PROTOCOL = {"name": "coco/mask-rcnn_vit-b_fpn_lsj-100e", "sha256": "ab" * 32}
WHOLE = {"name": "coco", "manifest_sha256": "12" * 32}


def table(runs: Any, make_transfer: Any, **changes: Any) -> Table:
    full = {"protocol": PROTOCOL, "data": WHOLE, "arch": "base", "n_images": 5000} | changes
    for method in ("random", "mae-pixel-norm"):
        runs.put(make_transfer(method, "coco", 0, {"box_ap": 50.0, "mask_ap": 44.0}, **full))
    records = scan(runs.root).records
    return result_table(comparisons(results_frame(records), curves_frame(records))[0])


def test_numbers_and_gaps_for_the_same_protocol(runs: Any, make_transfer: Any) -> None:
    found = table(runs, make_transfer)
    names = [column.name for column in found.columns]
    box, mask = names.index("box AP published"), names.index("mask AP published")
    assert [row.cells[box] for row in found.rows] == ["48.9", "50.3"]
    assert [row.cells[mask] for row in found.rows] == ["–", "44.9"]


def test_every_source_and_its_schedule_is_told(runs: Any, make_transfer: Any) -> None:
    sources = table(runs, make_transfer).sources
    assert any("random init: box AP 48.9. Li et al. 2021" in line for line in sources)
    assert any("best of 100, 200 and 400 epochs" in line for line in sources)
    assert any("box AP 50.4, mask AP 44.9. hustvl/MIMDet" in line for line in sources)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"limited": True}, "Published numbers are for the whole data set"),
        ({"n_images": 200}, "are on 5,000 validation images and ours on 200"),
    ],
)
def test_withheld_on_part_of_the_data(
    runs: Any, make_transfer: Any, change: dict[str, Any], note: str
) -> None:
    found = table(runs, make_transfer, **change)
    assert not any("published" in column.name for column in found.columns)
    assert any(note in line for line in found.notes)
    assert found.numbers["published"].isna().all()


@pytest.mark.parametrize(
    "change", [{"arch": "small"}, {"protocol": {"name": "coco/toy", "sha256": "ab" * 32}}]
)
def test_nothing_for_another_protocol_or_size(
    runs: Any, make_transfer: Any, change: dict[str, Any]
) -> None:
    found = table(runs, make_transfer, **change)
    assert not any("published" in column.name for column in found.columns)
    assert found.sources == ()
