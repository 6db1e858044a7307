"""Figures are drawn from the frame: every seed is there, and the same bytes come out twice."""

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from reports.comparisons import Comparison, comparisons
from reports.figures.curves import curve_figures, pretraining_figures
from reports.figures.drawing import INK, Figure
from reports.figures.scores import draw_scores, score_figures
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.vocabulary import method_styles


def compare(runs: Any) -> list[Comparison]:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))


def drawn(runs: Any) -> list[Figure]:
    groups = compare(runs)
    panels = pretraining_figures(curves_frame(scan(runs.root).records))
    return [f for g in groups for f in (*score_figures(g), *curve_figures(g))] + panels


def test_one_figure_a_metric_and_a_curve(demo: Any) -> None:
    assert [figure.slug for figure in drawn(demo)] == [
        *("demo-coco-box_ap", "demo-coco-mask_ap"),
        *("demo-coco-curve-loss", "demo-coco-curve-box_ap"),
        *("demo-ade20k-miou", "demo-ade20k-curve-loss", "demo-ade20k-curve-miou"),
        "pretrain-demo-pixel-loss",
    ]


def test_a_curve_of_one_point_is_not_drawn(demo: Any) -> None:
    for group in compare(demo):
        last = group.curves.groupby(["metric", "path"]).tail(1)
        once = replace(group, curves=last)
        assert curve_figures(group)
        assert not curve_figures(once)


def test_every_seed_is_a_dot() -> None:
    seeds = {"random": [1.0, 2.0, 3.0], "mae-pixel": [5.0, 6.0]}
    styles = method_styles(seeds)
    svg = draw_scores(seeds, styles, "box AP", "x")
    dots = {m: len(re.findall(f"<use [^>]*fill: {styles[m].colour}", svg)) for m in seeds}
    assert dots == {"random": 3, "mae-pixel": 2}


def test_figures_are_valid_repeatable_and_share_no_id(demo: Any) -> None:
    first, again = drawn(demo), drawn(demo)
    assert [figure.svg for figure in first] == [figure.svg for figure in again]
    ids: list[str] = []
    for figure in first:
        ElementTree.fromstring(figure.svg)
        own = set(re.findall(r'\bid="([^"]+)"', figure.svg))
        targets = re.findall(r'href="#([^"]+)"', figure.svg)
        targets += re.findall(r"url\(#([^)]+)\)", figure.svg)
        assert set(targets) <= own
        ids += own
    assert len(ids) == len(set(ids))


def test_ink_is_one_colour_and_no_date_is_inside(demo: Any) -> None:
    for figure in drawn(demo):
        assert INK in figure.svg
        assert "metadata" not in figure.svg
        assert not re.search(r"#000000\b", figure.svg)


def test_names_that_matplotlib_would_typeset_stay_names(runs: Any) -> None:
    runs.transfer("$x_1$-模型", "coco", 0, box_ap=10.0)
    (figure, *_) = score_figures(compare(runs)[0])
    assert "$x_1$-模型" in "".join(ElementTree.fromstring(figure.svg).itertext())


def test_targets_do_not_share_an_axis(runs: Any, make_pretrain: Any) -> None:
    runs.pretrain("mae-pixel", 0.2)
    runs.put(make_pretrain("mae-pixel-norm", 0.8, target="pixel-norm"), "b")
    titles = [f.title for f in pretraining_figures(curves_frame(scan(runs.root).records))]
    assert titles == ["Pre-training, pixel: loss", "Pre-training, pixel-norm: loss"]


def test_colours_differ_and_unknown_methods_get_one() -> None:
    styles = method_styles(["random", "supervised", "mae-pixel", "mae-pixel-norm", "a", "b"])
    assert len({style.colour for style in styles.values()}) == 6
    assert styles == method_styles(
        ["b", "a", "random", "supervised", "mae-pixel-norm", "mae-pixel"]
    )
