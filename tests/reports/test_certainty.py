"""Every sentence is true of its evidence, whatever that is, and there are few of them."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest

from reports.certainty import certainty
from reports.comparisons import Comparison, comparisons
from reports.evidence import Difference, Evidence, Interval
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan

METHODS = ("random", "supervised", "mae-pixel", "mae-pixel-norm", "beit")
LABELS = ("random init", "supervised", "MAE (pixels)", "MAE (normalised pixels)", "BEiT")


def compare(runs: Any) -> Comparison:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))[0]


def table(runs: Any, methods: Sequence[str], seeds: int = 1) -> Comparison:
    for seed in range(seeds):
        for i, method in enumerate(methods):
            runs.transfer(method, "coco", seed, box_ap=10.0 + i, mask_ap=5.0 + i)
    return compare(runs)


def differ(first: str, second: str, by: float, *, p: float = 0.001, **changes: Any) -> Difference:
    """With an interval one point to each side."""
    found: dict[str, Any] = {
        "metric": "box_ap",
        "first": first,
        "second": second,
        "interval": Interval(by, by - 1, by + 1, changes.pop("over", "images")),
        "p": p,
        "p_holm": p,
        "better": 0.9,
        "detectable": 1.4,
        "seeds": (1, 1),
        "images": 200,
    }
    return Difference(**found | changes)


def evidence(methods: Sequence[str], certain: set[tuple[str, str]], **changes: Any) -> Evidence:
    """Both metrics alike, the later method ahead by 2; ranks follow from what is certain."""
    pairs = [(second, first) for first, second in combinations(methods, 2)]
    differences = [
        differ(*pair, 2.0, p=0.001 if pair in certain else 0.3, metric=metric, **changes)
        for metric in ("box_ap", "mask_ap")
        for pair in pairs
    ]
    ranks = {
        (method, metric): (
            1 + sum(behind == method for _, behind in certain),
            len(methods) - sum(ahead == method for ahead, _ in certain),
        )
        for metric in ("box_ap", "mask_ap")
        for method in methods
    }
    best = {metric: method for (method, metric), rank in ranks.items() if rank == (1, 1)}
    return Evidence(differences=tuple(differences), ranks=ranks, best=best)


def all_pairs(methods: Sequence[str]) -> set[tuple[str, str]]:
    return {(second, first) for first, second in combinations(methods, 2)}


def plain(sentences: Sequence[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ")


def test_no_evidence_claims_nothing(runs: Any) -> None:
    assert certainty(table(runs, METHODS[:3]), Evidence()) == (
        "Every number comes from a single training run (one seed), scored on 200 images.",
        "No two methods were tested against each other, so nobody can say from this table whether "
        "a difference in it is more than chance.",
    )


def test_one_method_has_nothing_beside_it(runs: Any) -> None:
    said = certainty(table(runs, METHODS[:1], seeds=3), Evidence())
    assert said == (
        "Every number is the mean of 3 training runs (seeds), scored on 200 images.",
        "Only one method has a result here, so there is nothing to compare it with.",
    )


def test_no_headline_metric(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap50=10.0)
    assert "nothing to be sure of" in plain(certainty(compare(runs), Evidence()))


def test_five_methods_in_at_most_eight_sentences(runs: Any) -> None:
    certain = all_pairs(METHODS) - {("mae-pixel-norm", "mae-pixel")}
    said = certainty(table(runs, METHODS), evidence(METHODS, certain))
    assert len(said) <= 8
    text = plain(said)
    for part in (
        "All 20 differences between two methods were tested",
        "On box AP and mask AP, every difference is more than chance except between "
        "MAE (normalised pixels) and MAE (pixels).",
        "BEiT is first; still open are the places of "
        "MAE (pixels) (2 to 3) and MAE (normalised pixels) (2 to 3).",
        "if it is at least 1.4 points on box AP and 1.4 points on mask AP",
    ):
        assert part in text


def test_everything_more_than_chance(runs: Any) -> None:
    text = plain(certainty(table(runs, METHODS), evidence(METHODS, all_pairs(METHODS))))
    assert "On box AP and mask AP, every difference is more than chance." in text
    assert "BEiT is first." in text
    assert "may be chance" not in text
    assert "still open" not in text


def test_nothing_more_than_chance(runs: Any) -> None:
    text = plain(certainty(table(runs, METHODS), evidence(METHODS, set())))
    assert "On box AP and mask AP, no two methods can be told apart." in text
    assert "On box AP and mask AP, every place stays open." in text
    assert "is first" not in text
    assert "; 20 with an interval that leaves out zero did not pass it." in text


def test_all_equal(runs: Any) -> None:
    for method in METHODS[:3]:
        runs.transfer(method, "coco", 0, box_ap=10.0)
    zero = Interval(0.0, 0.0, 0.0, "images")
    pairs = tuple(
        differ(*pair, 0.0, p=1.0, interval=zero, detectable=0.0)
        for pair in combinations(METHODS[:3], 2)
    )
    ranks = {(method, "box_ap"): (1, 3) for method in METHODS[:3]}
    text = plain(certainty(compare(runs), Evidence(differences=pairs, ranks=ranks)))
    assert "no two methods can be told apart" in text
    assert "every place stays open" in text
    assert "leaves out zero" not in text
    assert "four times in five" not in text


def test_few_certain_ones_are_named_by_who_is_ahead(runs: Any) -> None:
    certain = {("mae-pixel", "random"), ("beit", "random"), ("beit", "supervised")}
    text = plain(certainty(table(runs, METHODS), evidence(METHODS, certain)))
    assert (
        "more than chance is only that MAE (pixels) is ahead of random init; "
        "BEiT is ahead of random init and supervised." in text
    )
    assert (
        "first place is open between MAE (pixels), MAE (normalised pixels) and BEiT; "
        "still open are the places of random init (3 to 5) and supervised (2 to 5)." in text
    )


def test_two_methods_get_their_interval_from_whoever_is_ahead(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=12.0)
    runs.transfer("mae-pixel", "coco", 0, box_ap=10.0)
    one = Evidence(differences=(differ("mae-pixel", "random", -2.0),))
    text = plain(certainty(compare(runs), one))
    assert (
        "On box AP, random init is ahead of MAE (pixels) by more than chance: "
        "2.0 points (95 % interval 1.0 to 3.0)." in text
    )
    assert "The only difference between two methods was tested, so no correction" in text
    unsure = Evidence(differences=(differ("mae-pixel", "random", -0.5, p=0.3),))
    text = plain(certainty(compare(runs), unsure))
    assert "cannot be told apart: the difference is 0.5 points (95 % interval −0.5 to 1.5)" in text


def test_lower_is_better(runs: Any, make_transfer: Any) -> None:
    for method, value in (("random", 2.0), ("mae-pixel", 1.5)):
        metric = {"rmse": {"value": value, "unit": "m", "higher_is_better": False}}
        runs.put(make_transfer(method, "depth", 0, {"x": 1.0}, metrics=metric))
    found = differ("mae-pixel", "random", -0.5, metric="rmse")
    text = plain(certainty(compare(runs), Evidence(differences=(found,))))
    assert "MAE (pixels) is ahead of random init by more than chance: 0.500 m (95 %" in text
    assert "interval −0.500 to 1.500" in text


def test_part_of_the_pairs(runs: Any) -> None:
    some = Evidence(differences=(differ("mae-pixel", "random", 2.0), differ("beit", "random", 3.0)))
    text = plain(certainty(table(runs, METHODS), some))
    assert "2 of the 20 differences between two methods were tested" in text
    assert "On box AP, every difference that was tested is more than chance." in text
    assert "mask AP" not in text
    none = Evidence(
        differences=(differ("beit", "random", 1, p=1), differ("beit", "mae-pixel", 1, p=1))
    )
    text = plain(certainty(compare(runs), none))
    assert "On box AP, no two methods that were tested can be told apart." in text


SAID_OF = [
    ({"images"}, ["on other images of the same kind; noise from run to run is not in them"]),
    ({"seeds"}, ["in other training runs; the choice of images is not in them."]),
    ({"images and seeds"}, ["on other images of the same kind and in other training runs."]),
    (
        {"images", "images and seeds"},
        ["and in other training runs; where a single run stands against another, noise from run"],
    ),
    ({"seeds", "images and seeds"}, ["where scores image by image are missing, the choice of"]),
]


@pytest.mark.parametrize(("over", "expected"), SAID_OF)
def test_what_the_intervals_are_over(runs: Any, over: set[str], expected: list[str]) -> None:
    found = tuple(differ("mae-pixel", "random", 2.0, over=each, seeds=(3, 3)) for each in over)
    text = plain(certainty(table(runs, METHODS[:3], seeds=3), Evidence(differences=found)))
    for part in expected:
        assert part in text
    assert "mean of 3 training runs" in text
    assert ("one run cannot show it" in text) == ("images" in over)


def test_a_borrowed_spread_is_admitted(runs: Any) -> None:
    table(runs, METHODS[:2], seeds=3)
    runs.transfer("mae-pixel", "coco", 0, box_ap=12.0)
    found = differ("mae-pixel", "random", 2.0, over="images and seeds", seeds=(1, 3))
    text = plain(certainty(compare(runs), Evidence(differences=(found,))))
    assert "a single run is taken to vary as much as those of the method beside it" in text
    assert "the mean of 1 to 3 training runs" in text


def test_gaps_and_notes_are_pointed_out(runs: Any, make_transfer: Any) -> None:
    table(runs, METHODS[:2])
    runs.transfer("beit", "ade20k", 0, miou=30.0)
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 1.0}, n_images=100), "other")
    comparison = next(
        group
        for group in comparisons(*frames(runs))
        if group.task == "coco" and group.key["n_images"] == 200
    )
    text = plain(certainty(comparison, Evidence(notes=("No per-image results.",))))
    assert "Nothing can be said here of BEiT: no result." in text
    assert "notes under the table say what was kept apart from this table and what could" in text


def frames(runs: Any) -> tuple[Any, Any]:
    records = scan(runs.root).records
    return results_frame(records), curves_frame(records)


def test_twenty_methods_are_counted_not_listed(runs: Any) -> None:
    methods = [f"method-{i:02}" for i in range(20)]
    certain = {pair for pair in all_pairs(methods) if int(pair[0][-2:]) > int(pair[1][-2:]) + 11}
    said = certainty(table(runs, methods), evidence(methods, certain))
    assert max(map(len, said)) < 300
    text = plain(said)
    assert f"{len(certain)} of 190 differences are more than chance" in text
    assert "first place is open between 12 methods" in text
