"""Tables against numbers worked out by hand, gaps and missing seeds in sight."""

from typing import Any

import pandas as pd
import pytest

from reports.comparisons import Comparison, comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.tables.results import detail_table, result_table


def compare(runs: Any) -> list[Comparison]:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))


def test_cells_of_the_coco_table(demo: Any) -> None:
    table = result_table(compare(demo)[0], Evidence())
    names = [column.name for column in table.columns]
    assert names == [
        *("method", "n", "box AP", "box AP over random"),
        *("mask AP", "mask AP over random"),
    ]
    assert [row.texts for row in table.rows] == [
        ("random init", "3", "11.0 ± 1.0", "–", "9.0 ± 1.0", "–"),
        ("supervised", "1", "15.0", "+5.0 (1)", "12.0", "+4.0 (1)"),
        ("MAE (pixels)", "3", "22.0 ± 2.6", "+11.0 ± 1.7 (3)", "17.0 ± 2.6", "+8.0 ± 1.7 (3)"),
    ]
    assert "Fewer seeds than the others: supervised (1 of 3)." in table.notes


def test_a_method_without_a_result_is_a_row_of_dashes(demo: Any) -> None:
    table = result_table(compare(demo)[1], Evidence())
    assert table.rows[1].texts == ("supervised", "0", "–", "–")


def test_the_caption_names_protocol_data_n_and_spread(demo: Any) -> None:
    caption = result_table(compare(demo)[0], Evidence()).caption
    for part in (
        "protocol coco/mask-rcnn_toy (hash abababab)",
        "Data toy-scenes: 1,000 training and 200 validation images, manifest 12121212",
        "Mean over n seeds",
        "± is the sample standard deviation over seeds",
    ):
        assert part in caption


def test_the_detail_table_has_every_metric(demo: Any) -> None:
    table = detail_table(compare(demo)[1])
    assert [column.name for column in table.columns] == ["method", "n", "mIoU", "aAcc"]
    assert table.rows[0].texts == ("random init", "1", "30.0", "60.0")


def test_numbers_are_unrounded_and_gaps_are_empty(demo: Any) -> None:
    numbers = result_table(compare(demo)[0], Evidence()).numbers.set_index(["method", "metric"])
    assert numbers.loc[("mae-pixel", "box_ap"), "sd"] == pytest.approx(7**0.5)
    assert numbers.loc[("mae-pixel", "box_ap"), "over_random_n"] == 3
    assert pd.isna(numbers.loc[("supervised", "box_ap"), "sd"])
    assert numbers.loc[("supervised", "box_ap"), "n"] == 1


def test_a_metric_some_seeds_lack_says_so(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=10.0, mask_ap=9.0)
    runs.transfer("random", "coco", 1, box_ap=12.0, mask_ap=None)
    assert result_table(compare(runs)[0], Evidence()).rows[0].texts[1:] == (
        "2",
        "11.0 ± 1.4",
        "9.0 (1 of 2)",
    )


def test_without_random_there_is_no_gain_column(runs: Any) -> None:
    runs.transfer("mae-pixel", "ade20k", 0, miou=40.0)
    table = result_table(compare(runs)[0], Evidence())
    assert [column.name for column in table.columns] == ["method", "n", "mIoU"]


def test_a_task_and_a_method_unknown_to_us(runs: Any) -> None:
    runs.transfer("méthode-β", "depth", 0, rmse=1.0, abs_rel=2.0)
    table = result_table(compare(runs)[0], Evidence())
    assert table.rows[0].texts[0] == "méthode-β"
    assert [column.name for column in table.columns] == ["method", "n", "abs_rel", "rmse"]


def test_limited_results_carry_a_warning(runs: Any, make_transfer: Any) -> None:
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 10.0}, limited=True))
    assert any(
        "Limited: part of the data only" in n
        for n in result_table(compare(runs)[0], Evidence()).notes
    )


def test_seeds_from_different_checkpoints_are_pointed_out(runs: Any, make_transfer: Any) -> None:
    for seed, digest in enumerate(["aa", "bb"]):
        checkpoint = {"file": "x.pth", "sha256": digest * 32}
        record = make_transfer("mae-pixel", "coco", seed, {"box_ap": 10.0}, checkpoint=checkpoint)
        runs.put(record)
    notes = result_table(compare(runs)[0], Evidence()).notes
    assert "The seeds of MAE (pixels) start from 2 different checkpoints." in notes
