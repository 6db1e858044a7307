"""The forest plot against the numbers it is drawn from."""

from dataclasses import replace
from typing import Any

import pytest
from read_svg import Drawing

from reports.evidence import Evidence
from reports.figures.drawing import INK
from reports.figures.forest import forest_figures
from reports.vocabulary import method_styles

METHODS = ("random", "supervised", "mae-pixel", "mae-vq-token")


@pytest.fixture
def known(difference: Any) -> Evidence:
    """One far ahead, one below zero and unclear, held from the other side."""
    return Evidence(
        differences=(
            difference("box_ap", "supervised", "random", 5.0, 2.0),
            difference("box_ap", "random", "mae-pixel", 0.75, 2.0),
            difference("box_ap", "mae-pixel", "mae-vq-token", -3.0, 1.0, "images and seeds"),
        )
    )


def test_marks_whiskers_and_numbers_say_the_same(comparison: Any, known: Evidence) -> None:
    (figure,) = forest_figures(comparison(METHODS), known)
    drawing, styles = Drawing(figure.svg), method_styles(METHODS)
    x = drawing.scale()
    supervised, pixel = drawing.marks()
    assert (x(supervised.x), x(pixel.x)) == pytest.approx((5.0, -0.75), abs=0.01)
    assert [supervised.colour, pixel.colour] == [
        styles[method].colour for method in ("supervised", "mae-pixel")
    ]
    assert (supervised.hollow, pixel.hollow) == (False, True)
    ends = [x(end.x) for end in drawing.marks(ends=True)]
    assert ends == pytest.approx([3.0, 7.0, -2.75, 1.25], abs=0.01)
    words = {text.words: text for text in drawing.texts}
    for mark, name, numbers in (
        (supervised, "supervised", "+5.0 [+3.0, +7.0]"),
        (pixel, "MAE (pixels)", "−0.8 [−2.8, +1.2]"),
    ):
        assert words[name].top < mark.y < words[name].bottom
        assert words[name].right < mark.x < words[numbers].left
        assert words[numbers].top < mark.y < words[numbers].bottom
    (zero,) = (line for line in drawing.lines() if line.colour == INK and line.opacity == 1)
    assert [x(point[0]) for point in zero.points] == pytest.approx([0, 0], abs=0.01)


def test_no_line_crosses_the_inside_of_a_hollow_mark(comparison: Any, known: Evidence) -> None:
    (figure,) = forest_figures(comparison(METHODS), known)
    drawing = Drawing(figure.svg)
    (hollow,) = (mark for mark in drawing.marks() if mark.hollow)
    lines = [line for line in drawing.lines() if line.colour == hollow.colour]
    assert len(lines) == 2
    for line in lines:
        assert all(abs(x - hollow.x) > 3 for x, _ in line.points)


def test_a_pair_stands_apart_below(comparison: Any, known: Evidence) -> None:
    pairs = {"box_ap": ("mae-vq-token", "mae-pixel")}
    (figure,) = forest_figures(comparison(METHODS), known, pairs=pairs)
    drawing = Drawing(figure.svg)
    last = drawing.marks()[-1]
    assert drawing.scale()(last.x) == pytest.approx(3.0, abs=0.01)
    assert "MAE(VQtokens)−MAE(pixels)" in drawing.letters
    faint = [line for line in drawing.lines() if line.colour == INK and 0.2 < line.opacity < 1]
    assert len(faint) == 1
    assert faint[0].points[0][1] < last.y
    assert "over images (supervised, MAE (pixels)), over images and seeds (MAE (VQ tokens))" in (
        figure.caption
    )


def test_the_caption_names_who_is_missing_and_what_was_resampled(
    comparison: Any, known: Evidence
) -> None:
    (figure,) = forest_figures(comparison(METHODS), known)
    assert figure.caption == (
        "Paired differences with 95 % intervals over images; filled: significant after Holm's "
        "correction (p < 0.05), hollow: not. No difference to random init for MAE (VQ tokens)."
    )


def test_without_random_init_the_first_method_is_the_reference(
    comparison: Any, known: Evidence
) -> None:
    rest = replace(known, differences=known.differences[2:])
    (figure,) = forest_figures(comparison(METHODS), rest)
    assert figure.title == "toy (COCO protocol): box AP, differences to MAE (pixels)"
    assert [Drawing(figure.svg).scale()(m.x) for m in Drawing(figure.svg).marks()] == (
        pytest.approx([3.0], abs=0.01)
    )
    assert not forest_figures(comparison(METHODS), Evidence())
