"""Differences class by class: sorted, and the middle left out where there are many."""

from typing import Any

import pytest
from read_svg import Drawing

from reports.evidence import ClassDifference, ClassDifferences, Evidence, Interval
from reports.figures.classes import class_figures
from reports.figures.drawing import INK
from reports.vocabulary import method_styles

METHODS = ("mae-pixel", "mae-hog")


def held(*rows: tuple[str, float]) -> Evidence:
    found = tuple(
        ClassDifference(name, 40 + d, 40.0, Interval(d, d - 1, d + 1, "images")) for name, d in rows
    )
    return Evidence(classes=(ClassDifferences("miou", "mae-hog", "mae-pixel", found),))


def test_sorted_and_in_the_style_of_the_method_ahead(comparison: Any) -> None:
    group, styles = comparison(METHODS, task="ade20k", metrics=("miou",)), method_styles(METHODS)
    known = held(("wall", -4.0), ("sky", 6.5), ("door, double", 0.5), ("tree", float("nan")))
    (figure,) = class_figures(group, known)
    drawing = Drawing(figure.svg)
    x, marks = drawing.scale(), drawing.marks()
    assert [x(mark.x) for mark in marks] == pytest.approx([6.5, 0.5, -4.0], abs=0.02)
    assert marks == sorted(marks, key=lambda mark: mark.y)
    ahead, behind = styles["mae-hog"].colour, styles["mae-pixel"].colour
    assert [mark.colour for mark in marks] == [ahead, ahead, behind]
    assert [mark.hollow for mark in marks] == [False, True, False]
    words = {text.words: text for text in drawing.texts}
    for name, number, mark in zip(
        ("sky", "door, double", "wall"), ("+6.5", "+0.5", "−4.0"), marks, strict=True
    ):
        assert words[name].top < mark.y < words[name].bottom
        assert words[number].top < mark.y < words[number].bottom
    assert "MAE (HOG) is clearly ahead in 1 of 3 classes, MAE (pixels) in 1." in figure.caption
    assert figure.caption.endswith("No score for 1 more.")


def test_of_150_classes_the_ends_by_name_and_all_in_one_strip(
    comparison: Any, evidence: Any
) -> None:
    group = comparison(METHODS, task="ade20k", metrics=("miou",))
    known = evidence(group, classes=150)
    (figure,) = class_figures(group, known)
    drawing = Drawing(figure.svg)
    x = drawing.scale()
    ranked = sorted((row.interval for row in known.classes[0].rows), key=lambda i: -i.estimate)
    shown = [x(mark.x) for mark in drawing.marks()]
    ends = [interval.estimate for interval in (*ranked[:12], *ranked[-12:])]
    assert shown == pytest.approx(ends, abs=0.03)
    spans = [[x(px) for px, _ in n.points] for n in drawing.lines(2) if n.colour != INK]
    assert spans == [pytest.approx([i.low, i.high], abs=0.03) for i in ranked]
    assert "all150" in drawing.letters


@pytest.mark.parametrize("classes", [30, 31])
def test_up_to_thirty_classes_each_has_its_row(
    comparison: Any, evidence: Any, classes: int
) -> None:
    group = comparison(METHODS, task="ade20k", metrics=("miou",))
    (figure,) = class_figures(group, evidence(group, classes=classes))
    assert len(Drawing(figure.svg).marks()) == (30 if classes == 30 else 24)


def test_no_class_no_figure(comparison: Any) -> None:
    assert not class_figures(comparison(METHODS), held(("wall", float("nan"))))
    assert not class_figures(comparison(METHODS), Evidence())
