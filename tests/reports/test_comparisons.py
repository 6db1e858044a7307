"""A table never mixes what cannot be compared, and says what keeps two tables apart."""

from typing import Any

import pytest

from reports.comparisons import Comparison, comparisons
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan


def compare(runs: Any) -> list[Comparison]:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))


def test_one_comparison_a_task_in_their_usual_order(demo: Any) -> None:
    found = compare(demo)
    assert [group.slug for group in found] == ["demo-coco", "demo-ade20k"]
    assert [group.apart for group in found] == ["", ""]
    assert found[0].title == "toy-scenes (COCO protocol)"


def test_methods_of_the_suite_without_a_result_stay_as_gaps(demo: Any) -> None:
    ade = compare(demo)[1]
    assert ade.methods == ("random", "supervised", "mae-pixel")
    assert set(ade.results["method"]) == {"random", "mae-pixel"}


CHANGES = [
    ({"protocol": {"name": "coco/other", "sha256": "ab" * 32}}, "protocol (here coco/mask"),
    ({"protocol": {"name": "coco/mask-rcnn_toy", "sha256": "99" * 32}}, "hash (here abababab"),
    (
        {"data": {"name": "toy-scenes", "manifest_sha256": "98" * 32}},
        "manifest (here 12121212",
    ),
    ({"data": {"name": "other", "manifest_sha256": "12" * 32}}, "data set (here toy-scenes"),
    ({"limited": True}, "limited or full data (here full"),
    ({"n_images": 100}, "number of validation images (here 200"),
    ({"arch": "base"}, "architecture (here tiny"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES, ids=[reason for _, reason in CHANGES])
def test_what_differs_is_kept_apart_with_the_reason(
    runs: Any, make_transfer: Any, change: dict[str, Any], reason: str
) -> None:
    runs.transfer("random", "coco", 0, box_ap=10.0)
    runs.put(make_transfer("mae-pixel", "coco", 0, {"box_ap": 20.0}, **change))
    found = compare(runs)
    assert len(found) == 2
    assert len({group.slug for group in found}) == 2
    assert len({group.title for group in found}) == 2
    assert all(group.results["method"].nunique() == 1 for group in found)
    ours = next(group for group in found if set(group.results["method"]) == {"random"})
    assert "Kept apart from the other table for COCO" in ours.apart
    assert reason in ours.apart


def test_limited_comes_after_full(runs: Any, make_transfer: Any) -> None:
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 9.0}, limited=True), "a")
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 1.0}), "b")
    assert [group.key["limited"] for group in compare(runs)] == [False, True]


def test_whole_data_of_the_tasks_own_name_need_no_mention(runs: Any, make_transfer: Any) -> None:
    data = {"name": "coco", "manifest_sha256": "12" * 32}
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 9.0}, data=data, n_images=5000))
    assert compare(runs)[0].title == "COCO"


def test_other_data_in_a_folder_of_the_tasks_name_are_not_called_by_it(
    runs: Any, make_transfer: Any
) -> None:
    data = {"name": "coco", "manifest_sha256": "12" * 32}
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 9.0}, data=data))
    assert compare(runs)[0].title == "200 images (COCO protocol)"
