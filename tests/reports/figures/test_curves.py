"""Learning curves: the mean over seeds, and a band that is what the caption says."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from read_svg import Drawing

from reports.comparisons import Comparison, comparisons
from reports.figures.curves import band, curve_figures, pretraining_figures
from reports.figures.scores import score_figures
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.vocabulary import method_styles


def compare(runs: Any) -> list[Comparison]:
    records = scan(runs.root).records
    return comparisons(results_frame(records), curves_frame(records))


def test_one_figure_a_metric_and_a_curve(demo: Any) -> None:
    panels = pretraining_figures(curves_frame(scan(demo.root).records))
    drawn = [f for g in compare(demo) for f in (*score_figures(g), *curve_figures(g))]
    assert [figure.slug for figure in (*drawn, *panels)] == [
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


def test_the_line_is_the_mean_and_its_band_holds_every_seed(comparison: Any) -> None:
    group = comparison(["mae-pixel"], seeds=3)
    (_, figure, *_) = curve_figures(group)
    curves = group.curves[group.curves["metric"] == "box_ap"]
    wanted = curves.groupby("iteration")["value"].agg(["min", "max", "mean"])
    drawing = Drawing(figure.svg)
    x, y = drawing.scale("x"), drawing.scale("y")
    low, high, mean = ([y(point[1]) for point in line.points] for line in drawing.lines())
    assert low == pytest.approx(list(wanted["min"]), abs=1e-3)
    assert high == pytest.approx(list(wanted["max"]), abs=1e-3)
    assert mean == pytest.approx(list(wanted["mean"]), abs=1e-3)
    marks = drawing.marks()
    assert [x(mark.x) for mark in marks] == pytest.approx(list(range(6)), abs=1e-3)
    assert figure.caption == "Lines are means over seeds; bands: lowest to highest seed."


def test_from_four_seeds_on_the_band_is_an_interval_of_the_mean() -> None:
    table = pd.DataFrame({f"seed{i}": [float(i)] for i in range(4)})
    low, high = band(table)
    # mean 1.5, standard deviation 1.291, t of 3 degrees of freedom 3.182
    assert (low[0], high[0]) == pytest.approx((1.5 - 2.054, 1.5 + 2.054), abs=1e-3)
    low, high = band(table[["seed0", "seed3", "seed1"]])
    assert (low[0], high[0]) == (0, 3)


def test_the_caption_says_who_has_which_band(comparison: Any) -> None:
    many, one = comparison(["mae-pixel", "mae-hog"], seeds=5), comparison(["random"], seeds=1)
    few = comparison(["supervised"], seeds=2)
    group = replace(many, curves=pd.concat([many.curves, one.curves, few.curves]))
    assert curve_figures(group)[0].caption == (
        "Lines are means over seeds; bands: none (one run) for random init; lowest to highest "
        "seed for supervised; 95 % t-interval of the mean for MAE (pixels), MAE (HOG)."
    )


def test_one_seed_has_no_band(comparison: Any) -> None:
    (figure, *_) = curve_figures(comparison(["random", "mae-pixel"], seeds=1))
    assert len(Drawing(figure.svg).lines()) == 2
    assert figure.caption == "One run a method."


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
