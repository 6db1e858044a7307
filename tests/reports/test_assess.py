"""Evidence of whole comparisons: read from files, paired by image, honest about what is missing."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from image_results import CLASSES, IMAGES, change_arrays, put_detection, put_segmentation

from reports.assess import Options, assess, open_ranks, winners
from reports.comparisons import comparisons
from reports.evidence import Difference, Evidence, Interval
from reports.frame import curves_frame, results_frame
from reports.mean_iou import mean_iou
from reports.records.scan import scan
from reports.significance import Runs

QUICK = Options(resamples=200)


def evidence(runs: Any, options: Options = QUICK) -> Evidence:
    records = scan(runs.root).records
    (group,) = comparisons(results_frame(records), curves_frame(records))
    return assess(group, {record.path: record for record in records}, options)


@pytest.fixture
def three(runs: Any, make_transfer: Any) -> Any:
    for method, skill in (("random", 0.0), ("mae-pixel", 2.0), ("mae-pixel-norm", 2.02)):
        put_segmentation(runs, make_transfer, method, skill)
    return runs


def test_a_large_difference_is_seen_and_a_small_one_is_not(three: Any) -> None:
    found = evidence(three)
    large = found.between("miou", "mae-pixel", "random")
    small = found.between("miou", "mae-pixel-norm", "mae-pixel")
    assert large is not None
    assert small is not None
    assert large.significant
    assert not small.significant
    assert large.interval.low > 10
    assert (large.images, large.seeds, large.interval.over) == (IMAGES, (1, 1), "images")
    assert found.ranks == {
        ("random", "miou"): (3, 3),
        ("mae-pixel", "miou"): (1, 2),
        ("mae-pixel-norm", "miou"): (1, 2),
    }
    assert found.best == {}
    assert found.notes == ()


def test_every_score_stands_in_its_own_interval(three: Any) -> None:
    for (method, _), interval in evidence(three).intervals.items():
        assert interval.low < interval.estimate < interval.high, method


def test_the_same_seed_the_same_digits_whatever_else_is_there(
    three: Any, make_transfer: Any
) -> None:
    alone = evidence(three)
    assert alone == evidence(three)
    assert alone != evidence(three, replace(QUICK, seed=1))
    put_detection(three, make_transfer, "random", 0.0)
    records = scan(three.root).records
    groups = comparisons(results_frame(records), curves_frame(records))
    by_path = {record.path: record for record in records}
    assert assess(next(g for g in groups if g.task == "ade20k"), by_path, QUICK) == alone


def test_detections_are_resampled_too(runs: Any, make_transfer: Any) -> None:
    put_detection(runs, make_transfer, "random", 0.0)
    put_detection(runs, make_transfer, "mae-pixel", 3.0)
    found = evidence(runs)
    pair = found.between("box_ap", "mae-pixel", "random")
    assert pair is not None
    assert pair.significant
    assert found.ranks["mae-pixel", "box_ap"] == (1, 1)
    assert found.best == {}  # of these two runs it is ahead; of methods one seed says nothing
    (classes,) = found.classes
    assert (classes.first, classes.second) == ("mae-pixel", "random")
    assert [row.name for row in classes.rows] == [f"class {i}" for i in range(CLASSES)]
    mean = np.mean([row.interval.estimate for row in classes.rows])
    assert mean == pytest.approx(pair.interval.estimate)


def test_several_seeds_are_counted(runs: Any, make_transfer: Any) -> None:
    for seed in range(3):
        put_segmentation(runs, make_transfer, "random", 0.0, seed=seed)
        put_segmentation(runs, make_transfer, "mae-pixel", 2.0, seed=seed)
    found = evidence(runs)
    pair = found.between("miou", "mae-pixel", "random")
    assert pair is not None
    assert pair.seeds == (3, 3)
    assert pair.interval.over == "images and seeds"
    assert pair.settled
    assert found.best == {"miou": "mae-pixel"}


def test_a_missing_file_is_told_and_leaves_the_seeds(three: Any) -> None:
    (three.root / "demo/ade20k/random/seed0/per_image.npz").unlink()
    found = evidence(three)
    assert found.between("miou", "mae-pixel", "random") is None
    assert found.between("miou", "mae-pixel-norm", "mae-pixel") is not None
    assert ("random", "miou") not in found.intervals
    assert found.notes == (
        "Not resampled over images: demo/ade20k/random/seed0/result.json: per_image.npz is named "
        "in result.json, but the file is missing.",
    )


def test_a_cut_file_is_told(three: Any) -> None:
    file = three.root / "demo/ade20k/random/seed0/per_image.npz"
    file.write_bytes(file.read_bytes()[:100])
    (note,) = evidence(three).notes
    assert "per_image.npz cannot be read, half-written?" in note


def test_a_file_of_another_run_is_noticed(three: Any) -> None:
    folder = three.root / "demo/ade20k"
    file = folder / "random/seed0/per_image.npz"
    file.write_bytes((folder / "mae-pixel/seed0/per_image.npz").read_bytes())
    found = evidence(three)
    assert found.between("miou", "mae-pixel", "random") is None
    assert any("its per-image file gives miou" in note for note in found.notes)


def test_other_images_are_not_paired(three: Any) -> None:
    file = three.root / "demo/ade20k/random/seed0/per_image.npz"
    change_arrays(file, image_ids=np.array([f"other {i}" for i in range(IMAGES)]))
    found = evidence(three)
    assert found.between("miou", "mae-pixel", "random") is None
    assert any("scored on other images or categories than the rest" in note for note in found.notes)


def test_the_order_of_the_images_is_each_runs_own(three: Any) -> None:
    before = evidence(three).between("miou", "mae-pixel", "random")
    file = three.root / "demo/ade20k/random/seed0/per_image.npz"
    with np.load(file) as found:
        turned = {
            name: found[name][::-1] for name in ("image_ids", "intersection", "union", "label")
        }
    change_arrays(file, **turned)
    after = evidence(three).between("miou", "mae-pixel", "random")
    assert before is not None
    assert after is not None
    assert after.interval.estimate == pytest.approx(before.interval.estimate)
    assert after.interval.low == pytest.approx(before.interval.low, rel=1e-6)


def test_categories_in_another_order_are_not_paired(three: Any) -> None:
    file = three.root / "demo/ade20k/random/seed0/per_image.npz"
    with np.load(file) as found:
        turned = {"classes": found["classes"][::-1]}
        turned |= {name: found[name][:, ::-1] for name in ("intersection", "union", "label")}
    change_arrays(file, **turned)
    found = evidence(three)
    assert found.between("miou", "mae-pixel", "random") is None
    assert any("other images or categories" in note for note in found.notes)


def test_a_seed_that_lost_its_images_makes_nothing_surer(runs: Any, make_transfer: Any) -> None:
    for seed in range(3):
        put_segmentation(runs, make_transfer, "random", 0.0, seed=seed)
        put_segmentation(runs, make_transfer, "mae-pixel", 0.3, seed=seed)
    before = evidence(runs).between("miou", "mae-pixel", "random")
    (runs.root / "demo/ade20k/random/seed1/per_image.npz").unlink()
    after = evidence(runs).between("miou", "mae-pixel", "random")
    assert before is not None
    assert after is not None
    assert after.interval.over == before.interval.over == "images and seeds"
    assert after.interval.estimate == before.interval.estimate
    widths = [found.interval.high - found.interval.low for found in (before, after)]
    assert widths[1] == pytest.approx(widths[0], rel=0.2)


def test_a_method_without_any_images_is_not_tested_among_those_with(
    runs: Any, make_transfer: Any
) -> None:
    for seed in range(3):
        put_segmentation(runs, make_transfer, "mae-pixel", 1.0, seed=seed)
        put_segmentation(runs, make_transfer, "random", 0.0, seed=seed)
        (runs.root / f"demo/ade20k/random/seed{seed}/per_image.npz").unlink()
    found = evidence(runs)
    assert found.differences == ()
    assert found.best == {}


def test_ahead_means_better_where_lower_is(runs: Any, make_transfer: Any) -> None:
    for seed in range(3):
        for method, value in (("random", 2.0), ("mae-pixel", 1.0)):
            rmse = {"value": value + seed / 10, "unit": "m", "higher_is_better": False}
            runs.put(make_transfer(method, "depth", seed, {"x": 1.0}, metrics={"rmse": rmse}))
    pair = evidence(runs).between("rmse", "mae-pixel", "random")
    assert pair is not None
    assert pair.interval.estimate == pytest.approx(-1)
    assert pair.better > 0.9


def test_detections_without_matches_name_the_remedy(runs: Any, make_transfer: Any) -> None:
    scores = {"box_ap": 3.0}
    runs.put(make_transfer("random", "coco", 0, scores, per_image={"detections": "per_image.json"}))
    (note,) = evidence(runs).notes
    assert "python -m transfer.matches RUN --annotations FILE" in note


def test_a_class_of_one_image_has_no_interval(runs: Any, make_transfer: Any) -> None:
    for method, skill in (("random", 0.0), ("mae-pixel", 2.0)):
        file = put_segmentation(runs, make_transfer, method, skill)
        with np.load(file.parent / "per_image.npz") as kept:
            arrays = {name: kept[name].copy() for name in ("intersection", "union")}
        for counted in arrays.values():
            counted[1:, -1] = 0
            counted[0, -1] = 1 + counted[0, -1]
        change_arrays(file.parent / "per_image.npz", **arrays)
        record = json.loads(file.read_text())
        once = np.ones((1, IMAGES), np.uint16)
        miou = mean_iou(arrays["intersection"], arrays["union"], once)[0]
        record["metrics"]["miou"]["value"] = float(miou)
        file.write_text(json.dumps(record))
    (classes,) = evidence(runs).classes
    assert f"class {CLASSES - 1}" not in [row.name for row in classes.rows]
    assert len(classes.rows) == CLASSES - 1


def pair(first: str, second: str, gap: float, p: float) -> Difference:
    interval = Interval(gap, gap - 1, gap + 1, "images")
    return Difference("m", first, second, interval, p, p, 0.5, 1.0, (1, 1), 10)


RUNS = {(method, "m"): Runs(np.zeros(1)) for method in "abc"}


def test_ranks_follow_from_what_is_significant() -> None:
    settled = [pair("b", "a", 5, 0.01), pair("c", "a", 9, 0.001), pair("c", "b", 4, 0.2)]
    assert open_ranks("m", RUNS, settled, higher=True) == {"a": (3, 3), "b": (1, 2), "c": (1, 2)}
    assert open_ranks("m", RUNS, settled, higher=False) == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}


def test_a_pair_that_was_not_tested_leaves_both_orders_open() -> None:
    assert open_ranks("m", RUNS, [pair("b", "a", 5, 0.01)], higher=True) == {
        "a": (2, 3),
        "b": (1, 2),
        "c": (1, 3),
    }


def test_a_winner_needs_somebody_to_win_against_and_several_seeds() -> None:
    assert winners({("a", "m"): (1, 1)}, []) == {}
    ranks = {("a", "m"): (2, 2), ("b", "m"): (1, 1)}
    alone = pair("b", "a", 5, 0.01)
    assert winners(ranks, [alone]) == {}
    seeds = replace(alone, interval=replace(alone.interval, over="images and seeds"))
    assert winners(ranks, [seeds]) == {"m": "b"}
