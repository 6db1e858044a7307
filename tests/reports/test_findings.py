"""The sentences say what the numbers say, and how little that may be."""

from typing import Any

from reports.assess import assess
from reports.comparisons import Comparison, comparisons
from reports.evidence import Evidence
from reports.findings import finding, lead
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan


def compare(runs: Any) -> list[tuple[Comparison, Evidence]]:
    records = scan(runs.root).records
    by_path = {record.path: record for record in records}
    found = comparisons(results_frame(records), curves_frame(records))
    return [(group, assess(group, by_path)) for group in found]


def test_leader_margin_and_seeds(demo: Any) -> None:
    assert finding(*compare(demo)[0]) == (
        "On toy-scenes (COCO protocol), MAE (pixels) has the highest box AP: 22.0 ± 2.6 over "
        "3 seeds, 7.0 above supervised and 11.0 above random init. "
        "The lead over the runner-up may be chance."
    )


def test_random_as_the_runner_up(demo: Any) -> None:
    said = finding(*compare(demo)[1])
    assert "41.2 from one seed, 11.2 above random init, the runner-up." in said


def test_random_ahead_is_said_plainly(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=20.0)
    runs.transfer("mae-pixel", "coco", 0, box_ap=19.0)
    said = finding(*compare(runs)[0])
    assert "1.0 above MAE (pixels); no pre-trained encoder is ahead of random init here." in said


def test_a_lead_that_seeds_do_not_settle(runs: Any) -> None:
    for seed, (low, high) in enumerate([(10.0, 11.0), (14.0, 15.0), (12.0, 13.0)]):
        runs.transfer("random", "coco", seed, box_ap=low)
        runs.transfer("mae-pixel", "coco", seed, box_ap=high)  # 1 ahead, sd 2
    assert "The lead over the runner-up may be chance." in finding(*compare(runs)[0])


def test_a_lead_over_seeds_says_that_images_are_not_counted(runs: Any) -> None:
    for seed in range(5):
        runs.transfer("random", "coco", seed, box_ap=10.0 + seed / 10)
        runs.transfer("mae-pixel", "coco", seed, box_ap=20.0 + seed / 10)
    said = finding(*compare(runs)[0])
    assert "10.0 above random init, the runner-up. The lead over the runner-up is more than" in said
    assert said.endswith("chance over seeds; how much other images would change it is unknown.")


def test_a_single_method_and_a_tie(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=20.0)
    assert "only random init has been run so far: box AP 20.0 from one seed" in finding(
        *compare(runs)[0]
    )
    runs.transfer("mae-pixel", "coco", 0, box_ap=20.0)
    assert "MAE (pixels) and random init tie on box AP" in finding(*compare(runs)[0])


def test_lower_is_better(runs: Any, make_transfer: Any) -> None:
    for method, value in (("random", 2.0), ("mae-pixel", 1.5)):
        metric = {"rmse": {"value": value, "unit": "m", "higher_is_better": False}}
        runs.put(make_transfer(method, "depth", 0, {"x": 1.0}, metrics=metric))
    said = finding(*compare(runs)[0])
    assert "MAE (pixels) has the lowest rmse: 1.500 from one seed, 0.500 below random init" in said


def test_a_shared_caution_is_said_once(runs: Any) -> None:
    for task, metric in (("coco", "box_ap"), ("ade20k", "miou")):
        for method, value in (("random", 1.0), ("mae-pixel", 2.0)):
            runs.transfer(method, task, 0, **{metric: value})
    said = lead(compare(runs), 0)
    assert len(said) == 3
    assert said[2] == "The order of the first two was not tested: it may be chance."


def test_only_pretraining_runs() -> None:
    assert lead([], 1) == ("1 pre-training run and no transfer result yet.",)
