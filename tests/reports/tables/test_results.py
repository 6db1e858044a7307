"""Tables against numbers worked out by hand, gaps and missing seeds in sight."""

from typing import Any

import pandas as pd
import pytest

from reports.comparisons import Comparison, comparisons
from reports.evidence import Difference, Evidence, Interval
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.tables.results import detail_table, result_table


def compare(runs: Any) -> list[Comparison]:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))


def test_cells_of_the_coco_table(demo: Any) -> None:
    table = result_table(compare(demo)[0], Evidence())
    names = [column.name for column in table.columns]
    assert names == ["method", "n", "box AP", "mask AP"]
    assert [row.texts for row in table.rows] == [
        ("random init", "3", "11.0 ± 1.0", "9.0 ± 1.0"),
        ("supervised", "1", "15.0", "12.0"),
        ("MAE (pixels)", "3", "22.0 ± 2.6", "17.0 ± 2.6"),
    ]
    assert "Fewer seeds than the others: supervised (1 of 3)." in table.notes


def test_a_method_without_a_result_is_a_row_of_dashes(demo: Any) -> None:
    table = result_table(compare(demo)[1], Evidence())
    assert table.rows[1].texts == ("supervised", "0", "–")


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
    assert pd.isna(numbers.loc[("mae-pixel", "box_ap"), "low"])
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


def test_evidence_brings_intervals_ranks_and_a_winner(demo: Any) -> None:
    group = compare(demo)[0]
    pair = Difference(
        *("box_ap", "mae-pixel", "random", Interval(11.0, 8.0, 14.0, "seeds")),
        *(0.01, 0.02, 0.99, 4.0, (3, 3), None),
    )
    evidence = Evidence(
        intervals={("mae-pixel", "box_ap"): Interval(22.0, 19.04, 24.96, "seeds")},
        differences=(pair,),
        ranks={("mae-pixel", "box_ap"): (1, 1), ("random", "box_ap"): (2, 3)},
        best={"box_ap": "mae-pixel"},
        notes=("One run could not be resampled.",),
    )
    table = result_table(group, evidence)
    assert [column.name for column in table.columns] == [
        *("method", "n", "box AP", "box AP 95 %", "box AP rank", "mask AP")
    ]
    assert table.rows[2].texts[2:5] == ("22.0 ± 2.6", "[19.0, 25.0]", "1")
    assert table.rows[0].texts[2:5] == ("11.0 ± 1.0", "–", "2–3")
    assert [cell.best for cell in table.rows[2].cells] == [False, False, True, False, False, False]
    assert len(table.rows[2].cells[2].records) == 3
    assert "One run could not be resampled." in table.notes
    assert "resampled over seeds" in table.caption


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
