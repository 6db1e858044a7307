"""Scores: every seed where its number is, and whiskers where an interval is known."""

from typing import Any

import pytest
from read_svg import Drawing

from reports.evidence import Evidence, Interval
from reports.figures.scores import score_figures
from reports.summary import by_seed
from reports.vocabulary import method_styles

METHODS = ("random", "mae-pixel")


def test_every_seed_is_a_dot_at_its_score(comparison: Any) -> None:
    group = comparison(METHODS, seeds=3)
    drawing = Drawing(score_figures(group)[0].svg)
    x, styles, values = drawing.scale(), method_styles(METHODS), by_seed(group.results)
    for method in METHODS:
        dots = [x(m.x) for m in drawing.marks() if m.colour == styles[method].colour]
        assert dots == pytest.approx(list(values[method, "box_ap"].values()), abs=0.01)
        bars = [x(n.points[0][0]) for n in drawing.lines() if n.colour == styles[method].colour]
        assert bars == pytest.approx([sum(dots) / 3], abs=0.01)


def test_a_whisker_only_where_there_is_an_interval(comparison: Any) -> None:
    group = comparison(METHODS)
    known = Evidence(intervals={("mae-pixel", "box_ap"): Interval(13, 8.5, 17.25, "images")})
    figure = score_figures(group, known)[0]
    drawing = Drawing(figure.svg)
    ends = [drawing.scale()(end.x) for end in drawing.marks(ends=True)]
    assert ends == pytest.approx([8.5, 17.25], abs=0.01)
    assert figure.caption.endswith("lines are 95 % intervals over images, unknown for random init.")
    assert score_figures(group)[0].caption == "Each dot is one seed, the bar is their mean."


def test_a_method_without_the_metric_has_no_row(comparison: Any) -> None:
    group = comparison(METHODS)
    rest = group.results[
        (group.results["method"] != "random") | (group.results["metric"] != "mask_ap")
    ]
    group.results.drop(group.results.index.difference(rest.index), inplace=True)
    box, mask = (Drawing(figure.svg).letters for figure in score_figures(group))
    assert "randominit" in box
    assert "randominit" not in mask
