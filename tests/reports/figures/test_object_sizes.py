"""Scores by size of object: a gap where nothing was measured, never a zero."""

from dataclasses import replace
from typing import Any

import pytest
from read_svg import Drawing

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.figures.object_sizes import object_size_figures
from reports.summary import over_seeds
from reports.vocabulary import method_styles

METHODS = ("random", "mae-pixel", "mae-hog")


def without(group: Comparison, *cells: tuple[str, str]) -> Comparison:
    kept = [
        cell not in cells
        for cell in zip(group.results["method"], group.results["metric"], strict=True)
    ]
    return replace(group, results=group.results[kept])


def test_each_mark_is_a_mean_and_a_gap_stays_empty(comparison: Any) -> None:
    group = without(comparison(METHODS), ("mae-pixel", "box_ap_s"))
    boxes, _ = object_size_figures(group, Evidence())
    drawing, styles, means = Drawing(boxes.svg), method_styles(METHODS), over_seeds(group.results)
    for axes, size in enumerate("sml", start=1):
        x = drawing.scale("x", axes)
        for method in METHODS:
            marks = [m for m in drawing.marks(axes) if m.colour == styles[method].colour]
            cell = means.get((method, f"box_ap_{size}"))
            wanted = [cell.mean] if cell else []
            assert [x(mark.x) for mark in marks] == pytest.approx(wanted, abs=0.02)
    assert "A gap: not measured" in boxes.caption


def test_a_method_keeps_its_height_in_every_panel(comparison: Any) -> None:
    boxes, _ = object_size_figures(comparison(METHODS), Evidence())
    drawing = Drawing(boxes.svg)
    first, second, third = ([mark.y for mark in drawing.marks(axes)] for axes in (1, 2, 3))
    assert first == second == third
    assert len(set(first)) == 3


def test_a_size_that_no_one_measured_has_no_panel(comparison: Any) -> None:
    group = without(comparison(METHODS), *((method, "mask_ap_l") for method in METHODS))
    _, masks = object_size_figures(group, Evidence())
    words = {text.words for text in Drawing(masks.svg).texts}
    assert {"small", "medium"} <= words
    assert "large" not in words
    assert masks.caption.endswith("No scores for large objects.")


def test_nothing_by_size_no_figure(comparison: Any) -> None:
    assert not object_size_figures(comparison(METHODS, metrics=("box_ap",)), Evidence())


def test_whiskers_are_the_evidence(comparison: Any, evidence: Any) -> None:
    group = comparison(METHODS)
    known = evidence(group)
    boxes, _ = object_size_figures(group, known)
    drawing = Drawing(boxes.svg)
    ends = [drawing.scale("x", 3)(end.x) for end in drawing.marks(3, ends=True)]
    held = [known.intervals[method, "box_ap_l"] for method in METHODS]
    assert ends == pytest.approx([end for i in held for end in (i.low, i.high)], abs=0.02)


def test_every_size_uses_the_whole_of_its_own_axis(comparison: Any) -> None:
    boxes, _ = object_size_figures(comparison(METHODS), Evidence())
    drawing = Drawing(boxes.svg)
    places = [[mark.x for mark in drawing.marks(axes)] for axes in (1, 2, 3)]
    spans = [max(found) - min(found) for found in places]
    assert spans == pytest.approx([spans[0]] * 3, abs=0.1)
    assert len({round(drawing.scale("x", axes)(places[axes - 1][0])) for axes in (1, 2, 3)}) == 3
