"""Intervals against textbook formulas, simulated truth, and what must hold for any numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reports.benchmark.coverage import SETTINGS, simulate
from reports.mean_iou import accuracy
from reports.significance import (
    GROUPS,
    Runs,
    difference,
    holm,
    interval_of,
    sample,
    satterthwaite,
    seed_parts,
)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_sample_is_all_images_then_each_left_out_then_draws() -> None:
    drawn = sample(7, 50, rng())
    assert drawn.weights.shape == (1 + 7 + 50, 7)
    assert (drawn.weights[0] == 1).all()
    left_out = drawn.weights[1:8] == 0
    assert (left_out.sum(axis=0) == 1).all()
    assert (left_out.sum(axis=1) == 1).all()
    assert (drawn.weights[8:].sum(axis=1) == 7).all()
    assert drawn.weights[8:].std() > 0.5


def test_many_images_are_left_out_in_groups_that_are_no_neighbours() -> None:
    drawn = sample(3 * GROUPS, 1, rng())
    assert drawn.groups == GROUPS
    assert (drawn.weights[1 : 1 + GROUPS] == 0).sum(axis=1).tolist() == [3] * GROUPS
    assert (drawn.weights[1 : 1 + GROUPS] == 0).sum(axis=0).tolist() == [1] * 3 * GROUPS
    first, *_, last = np.flatnonzero(drawn.weights[1] == 0)
    assert last - first > 2


def test_images_sorted_by_class_do_not_change_the_error() -> None:
    """As ImageNet's are: neighbours are right or wrong together."""
    easy = np.repeat(rng().random(40), 50)
    right = rng().random(2000) < easy
    drawn = sample(2000, 2000, rng())
    test = interval_of(drawn.runs([accuracy(right, drawn.weights)]), rng())
    assert test is not None
    assert test.error == pytest.approx(100 * right.std(ddof=1) / np.sqrt(2000), rel=0.1)


def test_the_same_seed_gives_the_same_bits() -> None:
    def run(seed: int) -> object:
        found = np.random.default_rng(seed)
        drawn = sample(40, 100, found)
        right = np.arange(40) % 3 == 0
        one = drawn.runs([accuracy(right, drawn.weights)] * 2)
        other = drawn.runs([accuracy(~right, drawn.weights)])
        test = difference(one, other, found)
        assert test is not None
        return test.interval, test.p, test.better, test.draws.tobytes()

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_over_images_the_interval_of_a_mean_is_students() -> None:
    """Accuracy is a mean over images, for which the textbook has the answer."""
    right = rng().random(150) < 0.7
    drawn = sample(150, 20_000, rng())
    test = interval_of(drawn.runs([accuracy(right, drawn.weights)]), rng())
    assert test is not None
    assert test.over == "images"
    assert test.error == pytest.approx(100 * right.std(ddof=1) / np.sqrt(150), rel=0.02)
    assert test.estimate == pytest.approx(100 * right.mean())


def test_a_paired_difference_is_the_paired_t_test() -> None:
    found = rng()
    hard = found.random(300)
    one, other = (found.random(300) < 1 - hard for _ in range(2))
    drawn = sample(300, 20_000, found)
    a, b = (drawn.runs([accuracy(right, drawn.weights)]) for right in (one, other))
    test = difference(a, b, found)
    assert test is not None
    expected = stats.ttest_rel(one.astype(float), other.astype(float))
    assert test.p == pytest.approx(expected.pvalue, abs=0.02)
    assert test.estimate == pytest.approx(100 * (one.mean() - other.mean()))


def test_over_seeds_alone_it_is_welchs_test() -> None:
    one, other = np.array([48.0, 48.6, 49.1, 47.9]), np.array([47.2, 47.9, 47.5])
    test = difference(Runs(one), Runs(other), rng())
    expected = stats.ttest_ind(one, other, equal_var=False)
    assert test is not None
    assert test.over == "seeds"
    assert test.p == pytest.approx(expected.pvalue, rel=1e-12)
    low, high = expected.confidence_interval(0.95)
    assert (test.interval.low, test.interval.high) == pytest.approx((low, high), rel=1e-12)


def test_a_single_seed_is_given_the_spread_of_the_others() -> None:
    several, one = Runs(np.array([48.0, 49.0, 50.0])), Runs(np.array([47.0]))
    test = difference(several, one, rng())
    assert test is not None
    assert test.error == pytest.approx(np.sqrt(1.0 / 3 + 1.0))  # variance 1, over 3 and over 1
    assert test.freedom == pytest.approx(2)


def test_seeds_and_images_add_up() -> None:
    found = rng()
    drawn = sample(200, 4000, found)
    right = found.random((3, 200)) < 0.6
    images = drawn.runs([accuracy(row, drawn.weights) for row in right])
    alone = drawn.runs([accuracy(right.mean(axis=0), drawn.weights)])
    both, of_images = interval_of(images, found), interval_of(alone, found)
    (of_seeds,) = seed_parts([images], [1.0], 10, found)
    assert both is not None
    assert of_images is not None
    assert both.over == "images and seeds"
    assert both.error**2 == pytest.approx(of_images.error**2 + of_seeds.variance, rel=1e-9)
    assert both.draws.std() == pytest.approx(both.error, rel=0.06)


def test_nothing_to_resample_is_nothing_said() -> None:
    assert difference(Runs(np.array([1.0])), Runs(np.array([2.0])), rng()) is None
    assert interval_of(Runs(np.array([1.0])), rng()) is None


def test_one_image_cannot_be_resampled() -> None:
    drawn = sample(1, 100, rng())
    scores = np.where(drawn.weights.sum(axis=1) > 0, 50.0, np.nan)  # without it there is nothing
    assert interval_of(drawn.runs([scores]), rng()) is None


def test_other_images_are_refused() -> None:
    runs = []
    for n in (30, 40):
        drawn = sample(n, 10, rng())
        runs.append(drawn.runs([accuracy(rng().random(n) < 0.5, drawn.weights)]))
    with pytest.raises(ValueError, match="different images, so they cannot be paired"):
        difference(*runs, rng())


def test_a_run_beside_one_without_images_is_compared_over_seeds() -> None:
    drawn = sample(50, 100, rng())
    scores = accuracy(rng().random(50) < 0.5, drawn.weights)
    with_images = drawn.runs([scores, scores + 1])
    test = difference(with_images, Runs(np.array([40.0, 42.0])), rng())
    assert test is not None
    assert test.over == "seeds"


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 60), st.floats(0.05, 0.95), st.floats(-20, 20), st.integers(0, 2**31))
def test_interval_and_p_agree_and_sides_are_symmetric(
    images: int, share: float, shift: float, seed: int
) -> None:
    found = np.random.default_rng(seed)
    drawn = sample(images, 60, found)
    first = drawn.runs([accuracy(found.random(images) < share, drawn.weights) + shift])
    second = drawn.runs([accuracy(found.random(images) < share, drawn.weights)])
    test, turned = difference(first, second, found), difference(second, first, found)
    assert test is not None
    assert turned is not None
    outside = not test.interval.low <= 0 <= test.interval.high
    assert (test.p < 0.05) == outside
    assert 0 <= test.p <= 1
    assert test.interval.low == pytest.approx(-turned.interval.high, abs=1e-9)
    assert test.better == pytest.approx(1 - turned.better)
    assert test.detectable >= 0


def test_equal_scores_on_every_image_are_no_difference() -> None:
    drawn = sample(20, 50, rng())
    runs = drawn.runs([accuracy(np.arange(20) < 9, drawn.weights)])
    test = difference(runs, runs, rng())
    assert test is not None
    assert (test.estimate, test.p, test.better, test.detectable) == (0, 1, 0.5, 0)


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    """Of normal scores with a known spread, by the same test."""
    found = rng()
    images, hits, detectable = 100, 0, 0.0
    for _ in range(300):
        noise = found.normal(0, 10, images)
        true = 2.8 * 10 / np.sqrt(images)  # about 80 % power by the normal formula
        drawn = sample(images, 200, found)
        one = drawn.runs([(drawn.weights @ (50 + true + noise)) / drawn.weights.sum(axis=1)])
        zero = drawn.runs([np.full(len(drawn.weights), 50.0)])
        test = difference(one, zero, found)
        assert test is not None
        hits += test.p < 0.05
        detectable += test.detectable / 300
    assert hits / 300 == pytest.approx(0.8, abs=0.07)
    assert detectable == pytest.approx(2.8, rel=0.05)


@pytest.mark.parametrize("setting", SETTINGS[:3], ids=lambda setting: setting.name)
def test_intervals_hold_the_truth_as_often_as_they_say(setting: object) -> None:
    """600 experiments each; more of all settings by `python -m reports.benchmark coverage`."""
    found = simulate(setting, 600, 200, seed=0)  # type: ignore[arg-type]
    assert 0.92 <= found.single <= 0.98
    assert 0.92 <= found.paired <= 0.98
    assert 0.02 <= found.type_one <= 0.08


def test_ap_intervals_hold_the_truth_as_often_as_they_say() -> None:
    found = simulate(SETTINGS[-1], 300, 100, seed=0)
    assert 0.92 <= found.single <= 0.98
    assert 0.92 <= found.paired <= 0.98
    assert 0.02 <= found.type_one <= 0.08


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_is_the_definition(p: list[float]) -> None:
    """Each p times the number of those not smaller, never falling, at most 1."""
    adjusted = holm(p)
    order = sorted(range(len(p)), key=lambda i: p[i])
    highest = 0.0
    for step, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - step) * p[i]))
        assert adjusted[i] == pytest.approx(highest)


def test_satterthwaite_of_equal_parts_adds_their_freedom() -> None:
    one = Runs(np.array([1.0, 2.0, 3.0]))
    parts = [*seed_parts([one], [1.0], 10, rng()), *seed_parts([one], [1.0], 10, rng())]
    assert satterthwaite(parts) == pytest.approx(4)
