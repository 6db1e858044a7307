"""A published number stands beside ours for the same protocol on the whole data, else not."""

from typing import Any

import pytest

from reports.comparisons import comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.tables.results import result_table
from reports.tables.table import Table

PROTOCOL = {
    "name": "coco/mask-rcnn_vit-b_fpn_lsj-100e",
    "sha256": "ab" * 32,
    "shipped_sha256": "ab" * 32,
}
WHOLE = {"name": "coco", "manifest_sha256": "12" * 32}
TUNED = {
    "optim_wrapper.optimizer.lr": 1.6e-4,
    "optim_wrapper.optimizer.weight_decay": 0.2,
    "train_cfg.max_iters": 368750,
}


def table(runs: Any, make_transfer: Any, tuned: Any = (), **changes: Any) -> Table:
    """Random init, with `tuned` settings of its own, and MAE."""
    full = {"protocol": PROTOCOL, "data": WHOLE, "arch": "base", "n_images": 5000} | changes
    for method in ("random", "mae-pixel-norm"):
        record = make_transfer(method, "coco", 0, {"box_ap": 50.0, "mask_ap": 44.0}, **full)
        if tuned and method == "random":
            record["protocol"] = record["protocol"] | {"tuned": tuned}
        runs.put(record)
    records = scan(runs.root).records
    (only,) = comparisons(results_frame(records), curves_frame(records))
    return result_table(only, Evidence())


def published(found: Table) -> dict[str, str]:
    """Method to its published box AP."""
    column = [column.name for column in found.columns].index("box AP published")
    return {row.method: row.texts[column] for row in found.rows}


def test_numbers_and_gaps_for_the_same_protocol(runs: Any, make_transfer: Any) -> None:
    found = table(runs, make_transfer)
    names = [column.name for column in found.columns]
    box, mask = names.index("box AP published"), names.index("mask AP published")
    assert [row.texts[box] for row in found.rows] == ["48.9", "50.3"]
    assert [row.texts[mask] for row in found.rows] == ["–", "44.9"]


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
    "change", [{"arch": "small"}, {"protocol": PROTOCOL | {"name": "coco/toy"}}]
)
def test_nothing_for_another_protocol_or_size(
    runs: Any, make_transfer: Any, change: dict[str, Any]
) -> None:
    found = table(runs, make_transfer, **change)
    assert not any("published" in column.name for column in found.columns)
    assert found.sources == ()


@pytest.mark.parametrize(
    ("protocol", "note"),
    [
        # train_cfg.max_iters=2000 on the command line: the name stays, the hash does not
        (PROTOCOL | {"sha256": "cd" * 32}, "(hash abababab); options or the batch changed it here"),
        ({**PROTOCOL, "shipped_sha256": None}, "do not say whether the configuration ran as ship"),
    ],
    ids=["changed", "unknown"],
)
def test_withheld_unless_the_protocol_ran_as_shipped(
    runs: Any, make_transfer: Any, protocol: dict[str, Any], note: str
) -> None:
    found = table(runs, make_transfer, protocol=protocol)
    assert not any("published" in column.name for column in found.columns)
    assert found.sources == ()
    assert found.numbers["published"].isna().all()
    assert any(note in line for line in found.notes)


def test_records_that_disagree_on_what_was_shipped_withhold_it(
    runs: Any, make_transfer: Any
) -> None:
    edited = PROTOCOL | {"shipped_sha256": "cd" * 32}
    other = {"data": WHOLE, "arch": "base", "n_images": 5000, "protocol": edited}
    runs.put(make_transfer("supervised", "coco", 0, {"box_ap": 1.0}, **other), "x")
    found = table(runs, make_transfer)
    assert any("as shipped (hash abababab, cdcdcdcd)" in line for line in found.notes)


def test_a_number_published_with_the_same_settings_of_its_own_stays(
    runs: Any, make_transfer: Any
) -> None:
    found = table(runs, make_transfer, tuned=TUNED)
    assert published(found) == {"random": "48.9", "mae-pixel-norm": "50.3"}


@pytest.mark.parametrize(
    "change", [{"train_cfg.max_iters": 2000}, {"model.backbone.drop_path_rate": 0.3}]
)
def test_other_settings_of_its_own_withhold_the_number_of_that_row_alone(
    runs: Any, make_transfer: Any, change: dict[str, Any]
) -> None:
    found = table(runs, make_transfer, tuned=TUNED | change)
    assert published(found) == {"random": "–", "mae-pixel-norm": "50.3"}
    note = "No published number beside random init: none is known for its own settings."
    assert note in found.notes
    assert not any(line.startswith("random init") for line in found.sources)


def test_fine_tuning_and_linear_probing_of_imagenet_never_share_a_table(
    runs: Any, make_transfer: Any
) -> None:
    for name, top1 in (("finetune_vit-b_100e", 83.0), ("linear_vit-b_90e", 67.0)):
        protocol = PROTOCOL | {"name": f"imagenet/{name}"}
        data = {"name": "imagenet", "manifest_sha256": "12" * 32}
        full = {"protocol": protocol, "data": data, "arch": "base", "n_images": 50000}
        scores = {"top1": top1, "top5": 90.0, "top1_k10": 1.0}
        runs.put(make_transfer("mae-pixel-norm", "imagenet", 0, scores, **full), name)
    records = scan(runs.root).records
    found = comparisons(results_frame(records), curves_frame(records))
    tables = {str(group.key["protocol"]): result_table(group, Evidence()) for group in found}
    assert len(tables) == 2
    for name, ours, paper in (
        ("imagenet/finetune_vit-b_100e", "83.0", "83.6"),
        ("imagenet/linear_vit-b_90e", "67.0", "68.0"),
    ):
        (row,) = tables[name].rows
        columns = [column.name for column in tables[name].columns]
        assert row.texts[columns.index("top-1")] == ours
        assert row.texts[columns.index("top-1 published")] == paper
        assert name in tables[name].title
