"""A record is taken whole or refused with the field, what it held, and what was expected."""

from pathlib import Path
from typing import Any

import pytest

from reports.records.record import Metric, Record, parse


def read(content: dict[str, Any]) -> Record:
    return parse(content, path="a/result.json", folder=Path("a"))


def test_a_complete_record_keeps_its_values(make_transfer: Any) -> None:
    record = read(make_transfer("mae-pixel", "coco", 2, {"box_ap": 41.5}))
    assert (record.method, record.task, record.seed, record.suite) == (
        *("mae-pixel", "coco", 2),
        "demo",
    )
    assert record.metrics == {"box_ap": Metric(41.5, "%", True)}
    assert (record.protocol, record.n_images, record.limited) == ("coco/mask-rcnn_toy", 200, False)
    assert list(record.curves["loss"].iterations) == [10.0, 20.0]
    assert list(record.curves["loss"].values) == [2.0, 1.0]
    assert (record.devices, record.started) == (1, "2026-01-01T00:00:00")


def test_a_record_of_before_tuned_settings_were_written_has_none(make_transfer: Any) -> None:
    protocol = {"name": "coco/toy", "sha256": "ab" * 32}
    record = read(make_transfer("random", "coco", 0, {"box_ap": 1.0}, protocol=protocol))
    assert (record.shipped_sha256, record.tuned) == ("", "")


def test_a_pretraining_record_needs_no_protocol(make_pretrain: Any) -> None:
    record = read(make_pretrain("mae-pixel", 0.25))
    assert (record.target, record.epochs, record.metrics["loss"].value) == ("pixel", 30, 0.25)


@pytest.mark.parametrize("value", [None, -1.0, -100.0])
def test_an_undefined_metric_is_a_gap_not_a_number(make_transfer: Any, value: float | None) -> None:
    record = read(make_transfer("random", "coco", 0, {"box_ap": 10.0, "box_ap_l": value}))
    assert list(record.metrics) == ["box_ap"]


def test_curve_points_that_are_not_finite_are_dropped(make_transfer: Any) -> None:
    points = [[30, float("nan")], [20, 1.0], [40, None], [10, 2.0]]
    record = read(make_transfer("random", "coco", 0, {"box_ap": 1.0}, curves={"loss": points}))
    assert list(record.curves["loss"].iterations) == [10.0, 20.0]
    assert list(record.curves["loss"].values) == [2.0, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "probe"}, "kind is 'probe', expected one of transfer, pretrain"),
        ({"cell": None}, "cell is missing, expected an object"),
        ({"cell": {"method": "x", "task": "coco", "seed": True}}, "cell.seed is True"),
        ({"cell": {"method": "x", "task": "coco", "seed": -1}}, r"cell.seed is -1, .*whole number"),
        ({"cell": {"method": " ", "task": "coco", "seed": 0}}, "cell.method is ' ', expected text"),
        ({"protocol": {"name": "x"}}, "protocol.sha256 is missing"),
        ({"protocol": {"name": "x", "sha256": "y", "tuned": ["lr"]}}, "protocol.tuned is .'lr'.,"),
        ({"protocol": {"name": "x", "sha256": "y", "shipped_sha256": 1}}, "shipped_sha256 is 1"),
        ({"data": {}}, "data.name is missing"),
        ({"limited": "no"}, "limited is 'no', expected true or false"),
        ({"n_images": None}, "n_images is missing"),
        ({"metrics": {}}, "expected at least one metric"),
        ({"metrics": {"box_ap": 4.0}}, "metrics.box_ap is 4.0, expected an object"),
        ({"curves": {"loss": [1, 2]}}, r"curves.loss is not a list of \[iteration, value\] pairs"),
        ({"curves": {"loss": [[1, True]]}}, "curves.loss is not a list of"),
        ({"curves": {"loss": [[10**400, 1]]}}, "curves.loss holds a whole number too large"),
        ({"n_images": 2**63}, "n_images is 9223372036854775808, expected a whole number from 0"),
        ({"timing": {"devices": 1.5}}, "timing.devices is 1.5, expected a whole number"),
        ({"timing": {"wall_seconds": 10**400}}, "timing.wall_seconds is 1000"),
        ({"environment": {"versions": 3}}, "environment.versions is 3, expected an object"),
        ({"figures": "a.png"}, "figures is 'a.png', expected a list of paths"),
        ({"timing": {"wall_seconds": "1 h"}}, "timing.wall_seconds is '1 h', .* finite number"),
    ],
)
def test_a_wrong_field_is_named(make_transfer: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(make_transfer("random", "coco", 0, {"box_ap": 1.0}, **change))


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"value": float("nan")}, "metrics.box_ap.value is nan, expected a finite number"),
        ({"value": float("inf")}, "metrics.box_ap.value is inf"),
        ({"value": "41"}, "metrics.box_ap.value is '41'"),
        ({"value": 101.0}, "box_ap.value is 101.0, a percentage lies in 0 to 100"),
        ({"value": None}, "no defined value"),
        ({"higher_is_better": None}, "metrics.box_ap.higher_is_better is missing"),
    ],
)
def test_a_wrong_metric_is_named(make_transfer: Any, entry: dict[str, Any], message: str) -> None:
    whole = {"value": 41.0, "unit": "%", "higher_is_better": True}
    with pytest.raises(ValueError, match=message):
        read(make_transfer("random", "coco", 0, {"x": 1.0}, metrics={"box_ap": whole | entry}))
