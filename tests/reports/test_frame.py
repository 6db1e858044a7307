"""One row per cell × metric, the same whatever order the records came in."""

from typing import Any

import pandas as pd
import pytest

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


def test_every_point_stands_with_its_cell(runs: Any, make_transfer: Any) -> None:
    for seed, method in enumerate(["b", "a", "c"]):
        curves = {"loss": [[i, i + seed] for i in range(seed, 3)], "empty": []}
        runs.put(make_transfer(method, "coco", seed, {"box_ap": 1.0}, curves=curves))
    frame = curves_frame(scan(runs.root).records)
    rows = frame[["method", "seed", "metric", "iteration", "value"]].to_numpy().tolist()
    assert rows == [
        *(["a", 1, "loss", 1.0, 2.0], ["a", 1, "loss", 2.0, 3.0]),
        *(["b", 0, "loss", 0.0, 0.0], ["b", 0, "loss", 1.0, 1.0], ["b", 0, "loss", 2.0, 2.0]),
        ["c", 2, "loss", 2.0, 4.0],
    ]


def test_devices_are_whole_or_missing(runs: Any, make_transfer: Any) -> None:
    for seed, devices in enumerate([8, None]):
        record = make_transfer("random", "coco", seed, {"box_ap": 1.0})
        runs.put(record | {"timing": {"devices": devices}})
    frame = results_frame(scan(runs.root).records)
    assert frame["devices"].to_list() == [8, pd.NA]


@pytest.mark.parametrize("make", [results_frame, curves_frame])
def test_no_records_are_a_frame_with_every_column(demo: Any, make: Any) -> None:
    empty = make([])
    assert empty.empty
    assert list(empty.columns) == list(make(scan(demo.root).records).columns)
    assert empty[empty["kind"] == "transfer"].empty
