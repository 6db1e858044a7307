"""Pixels or tokens: an answer where the evidence has one, an honest gap where it has none."""

from typing import Any

import pytest

from reports.comparisons import Comparison, comparisons
from reports.evidence import Difference, Evidence, Interval
from reports.frame import curves_frame, results_frame
from reports.question import question, rivals
from reports.records.scan import scan
from reports.vocabulary import family

PIXEL, NORM, VQ, DVAE = "mae-pixel", "mae-pixel-norm", "mae-vq-token", "mae-dvae-token"


def compare(runs: Any, task: str = "coco", **scores: float) -> Comparison:
    for method, value in scores.items():
        runs.transfer(method.replace("_", "-"), task, 0, box_ap=value)
    records = scan(runs.root).records
    found = comparisons(results_frame(records), curves_frame(records))
    return next(group for group in found if group.task == task)


def differ(first: str, second: str, by: float, p: float, over: str = "images") -> Difference:
    interval = Interval(by, by - 1, by + 1, over)
    return Difference("box_ap", first, second, interval, p, p, 0.9, 1.4, (1, 1), 200)


def said(comparison: Comparison, *differences: Difference) -> str:
    (sentence,) = question([(comparison, Evidence(differences=differences))])
    return sentence.replace("\u00a0", " ")


def test_one_pair_with_its_interval(runs: Any) -> None:
    found = compare(runs, mae_pixel=12.0, mae_vq_token=10.0, random=5.0)
    assert said(found, differ(VQ, PIXEL, -2.0, 0.01)) == (
        "On toy-scenes (COCO protocol), with one run each, the pixel target transfers better: "
        "MAE (pixels) is 2.0 points of box AP ahead of MAE (VQ tokens) (95 % interval 1.0 to 3.0, "
        "over images but not over training runs)."
    )
    several = said(found, differ(VQ, PIXEL, -2.0, 0.01, "images and seeds"))
    assert several.startswith("On toy-scenes (COCO protocol), the pixel target transfers better:")


def test_a_difference_that_may_be_chance_is_no_answer(runs: Any) -> None:
    found = compare(runs, mae_pixel=10.0, mae_vq_token=10.5)
    text = said(found, differ(VQ, PIXEL, 0.5, 0.4, "images and seeds"))
    assert "it cannot be said: MAE (VQ tokens) is 0.5 points of box AP ahead" in text
    assert text.endswith(
        "(95 % interval −0.5 to 1.5, over images and training runs), which may be chance."
    )


ALL_FOUR = [(PIXEL, VQ), (PIXEL, DVAE), (NORM, VQ), (NORM, DVAE)]


@pytest.mark.parametrize(
    ("by", "p", "expected"),
    [
        ((3, 3, 3, 3), (0.01,) * 4, ("pixel targets transfer better", "all 4 such pairs favour")),
        (
            (-3, 3, 3, 3),
            (0.01,) * 4,
            (
                "the best pixel target transfers better than the best token target",
                "of 4 such pairs, 3 favour the pixel target and 1 the token",
            ),
        ),
        (
            (3, 3, 3, 3),
            (0.01, 0.01, 0.01, 0.2),
            ("it cannot be said", "3 favour the pixel target and none the token target"),
        ),
    ],
)
def test_four_pairs(
    runs: Any, by: tuple[float, ...], p: tuple[float, ...], expected: tuple[str, ...]
) -> None:
    scores = {"mae_pixel": 10.0, "mae_pixel_norm": 15.0, "mae_vq_token": 9.0}
    found = compare(runs, **scores, mae_dvae_token=12.0)
    pairs = zip(ALL_FOUR, by, p, strict=True)
    text = said(found, *(differ(*pair, size, chance) for pair, size, chance in pairs))
    assert "MAE (normalised pixels) is 3.0 points" in text
    for part in expected:
        assert part in text


def test_the_best_pair_untested_is_no_answer_though_another_is(runs: Any) -> None:
    found = compare(runs, mae_pixel=10.0, mae_pixel_norm=15.0, mae_vq_token=9.0)
    text = said(found, differ(PIXEL, VQ, 1.0, 0.001))
    assert "cannot be said: MAE (normalised pixels) and MAE (VQ tokens) were not tested" in text


def test_another_recipe_is_named_as_such(runs: Any) -> None:
    found = compare(runs, mae_pixel=12.0, beit=10.0)
    assert said(found, differ("beit", PIXEL, -2.0, 0.01)).endswith(
        "; these two differ in more than their target."
    )


def test_rivals_are_the_best_of_each_kind(runs: Any) -> None:
    for method, ap in (("mae-pixel", 9.0), ("mae-pixel-norm", 8.0), ("beit", 7.0), ("peco", 7.5)):
        runs.transfer(method, "coco", 0, box_ap=ap, mask_ap=20 - ap)
    runs.transfer("mae-pixel", "ade20k", 0, miou=1.0)
    records = scan(runs.root).records
    ade, coco = sorted(
        comparisons(results_frame(records), curves_frame(records)), key=lambda group: group.task
    )
    assert rivals(coco) == {"box_ap": ("peco", "mae-pixel"), "mask_ap": ("beit", "mae-pixel-norm")}
    assert rivals(ade) == {}


def test_tasks_without_both_targets_are_named_together(runs: Any) -> None:
    compare(runs, mae_pixel=12.0, random=5.0)
    runs.transfer("mae-pixel", "ade20k", 0, miou=30.0)
    runs.transfer("random", "imagenet", 0, top1=30.0)
    records = scan(runs.root).records
    found = comparisons(results_frame(records), curves_frame(records))
    assert question([(group, Evidence()) for group in found]) == (
        "On toy-scenes (COCO protocol) and toy-scenes (ADE20K protocol), it cannot be said: "
        "no token target has a result.",
        "On toy-scenes (ImageNet-1k protocol), it cannot be said: no pixel target and no token "
        "target has a result.",
    )
    assert question([]) == ()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        *((name, "pixel") for name in (PIXEL, NORM, "mae-ablation-default", "simmim")),
        *((name, "token") for name in (VQ, DVAE, "mae-target-dvae-token", "beit", "peco")),
        *(("random", "random"), ("supervised", "supervised"), ("moco-v3", ""), ("mae-hog", "")),
    ],
)
def test_family(method: str, expected: str) -> None:
    assert family(method) == expected
