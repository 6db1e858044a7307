"""One row per cell × metric, the same whatever order the records came in."""

from typing import Any

import pandas as pd

from reports.frame import curves_frame, results_frame
from reports.records.scan import scan


def test_one_row_per_cell_and_metric(demo: Any) -> None:
    records = scan(demo.root).records
    frame = results_frame(records)
    assert len(frame) == 7 * 2 + 2 * 2 + 1
    one = frame.query("method == 'mae-pixel' and task == 'coco' and seed == 2").set_index("metric")
    assert one.loc["box_ap", "value"] == 25.0
    assert one.loc["mask_ap", "value"] == 20.0
    assert one.loc["mask_ap", "n_images"] == 200


def test_order_of_records_does_not_matter(demo: Any) -> None:
    records = scan(demo.root).records
    for make in (results_frame, curves_frame):
        pd.testing.assert_frame_equal(make(records), make(records[::-1]))


def test_a_whole_number_that_is_missing_stays_whole(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=1.0)
    frame = results_frame(scan(runs.root).records)
    assert frame["epochs"].isna().all()
    assert frame["n_train"].to_list() == [1000]


def test_curves_have_a_row_a_point(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=1.0)
    frame = curves_frame(scan(runs.root).records)
    points = list(zip(frame["metric"], frame["iteration"], frame["value"], strict=True))
    expected = [("box_ap", 10, 0.3), ("box_ap", 20, 0.5), ("loss", 10, 2.0), ("loss", 20, 1.0)]
    assert points == expected


def test_no_curves_is_an_empty_frame() -> None:
    assert curves_frame([]).empty
