"""What holds for every kind of figure, for two methods and for twelve, whatever they are called."""

import io
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from read_svg import Drawing

from reports.comparisons import Comparison
from reports.evidence import Evidence
from reports.figures.classes import class_figures
from reports.figures.cost import cost_figures
from reports.figures.curves import curve_figures
from reports.figures.drawing import DPI, INK, SMALL, WIDTH, Figure
from reports.figures.forest import forest_figures
from reports.figures.object_sizes import object_size_figures
from reports.figures.scores import score_figures
from reports.figures.sizes import size_figures
from reports.figures.sweeps import PublishedCurve, SweepPoint, sweep_figures
from reports.vocabulary import method_label, method_styles


def sweep(methods: tuple[str, ...]) -> list[Figure]:
    ours = [
        SweepPoint(panel, method, x, base + i - 20 * (x - 0.6) ** 2)
        for panel, base in (("fine-tuning", 50.0), ("linear probing", 60.0))
        for i, method in enumerate(methods)
        for x in (0.25, 0.5, 0.75)
    ]
    theirs = [
        PublishedCurve("fine-tuning", ((0.1, 83.2), (0.5, 84.9), (0.9, 83.8)), "a paper, Fig. 5"),
        PublishedCurve("linear probing", ((0.1, 56.0), (0.75, 73.5)), "a paper, Fig. 5"),
    ]
    return sweep_figures(
        *(ours, theirs),
        name="mask",
        title="Mask",
        setting="mask ratio",
        label="top-1",
        bars="",
    )


def models(methods: tuple[str, ...], make: Any, prove: Any, **changes: Any) -> list[Figure]:
    groups = [make(methods, arch=arch, **changes) for arch in ("base", "tiny", "small")]
    return size_figures([(group, prove(group)) for group in groups])


def all_of(comparison: Comparison, evidence: Evidence, results: pd.DataFrame) -> list[Figure]:
    pair = {"box_ap": comparison.methods[-2:]}
    return [
        *forest_figures(comparison, evidence, pairs=pair),
        *score_figures(comparison, evidence),
        *curve_figures(comparison),
        *object_size_figures(comparison, evidence),
        *class_figures(comparison, evidence),
        *cost_figures(comparison, evidence, results),
    ]


CASES: dict[str, dict[str, Any]] = {
    "two methods": {"methods": 2, "classes": 5},
    "twelve methods": {"methods": 12, "classes": 150},
    "one seed, nothing proven": {"methods": 4, "seeds": 1},
    "all equal": {"methods": 3, "equal": True, "classes": 31},
}


@pytest.fixture(scope="module")
def draw_case() -> Callable[..., tuple[tuple[str, ...], list[Figure]]]:
    """Drawn once a case and kept: many tests look at the same drawings."""
    kept: dict[str, tuple[tuple[str, ...], list[Figure]]] = {}

    def draw(
        case: str, make: Any, prove: Any, names: tuple[str, ...], *, anew: bool = False
    ) -> tuple[tuple[str, ...], list[Figure]]:
        if case not in kept or anew:
            changes = dict(CASES[case])
            methods, classes = names[-changes.pop("methods") :], changes.pop("classes", None)
            group = make(methods, **changes)
            known = Evidence() if classes is None else prove(group, classes=classes)
            figures = all_of(group, known, group.results)
            figures += models(methods, make, prove, **changes) + sweep(methods)
            if anew:
                return methods, figures
            kept[case] = methods, figures
        return kept[case]

    return draw


@pytest.fixture(params=CASES)
def case(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def drawn(case: str, draw_case: Any, comparison: Any, evidence: Any, names: Any) -> Any:
    return draw_case(case, comparison, evidence, names)


def test_every_kind_is_there(case: str, drawn: Any) -> None:
    _, figures = drawn
    kinds = ["box_ap", "curve-loss", "sizes-box_ap", "cost-hours", "models-box_ap", "mask"]
    kinds += [] if case == "one seed, nothing proven" else ["forest-box_ap", "classes-box_ap"]
    slugs = " ".join(figure.slug for figure in figures)
    assert all(kind in slugs for kind in kinds)
    assert len({figure.slug for figure in figures}) == len(figures)


def test_same_bytes_twice(draw_case: Any, comparison: Any, evidence: Any, names: Any) -> None:
    first, again = (
        draw_case("two methods", comparison, evidence, names, anew=anew)[1]
        for anew in (False, True)
    )
    assert [figure.svg for figure in first] == [figure.svg for figure in again]
    assert first[0].png == again[0].png


def test_valid_xml_whose_ids_are_its_own(drawn: Any) -> None:
    ids: list[str] = []
    for figure in drawn[1]:
        own = Drawing(figure.svg).ids
        targets = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', figure.svg)
        assert {a or b for a, b in targets} <= set(own)
        ids += own
    assert len(ids) == len(set(ids))


def test_no_colour_but_ink_and_those_of_the_methods(drawn: Any) -> None:
    methods, figures = drawn
    palette = {style.colour for style in method_styles(methods).values()}
    for figure in figures:
        colours = Drawing(figure.svg).colours
        assert INK in colours, figure.slug
        assert colours <= palette | {INK}, figure.slug


def test_every_method_is_named(drawn: Any) -> None:
    methods, figures = drawn
    for figure in figures:
        letters = Drawing(figure.svg).letters
        shown = methods if "-classes-" not in figure.slug else (methods[0], methods[-1])
        shown = shown[1:] if "-forest-" in figure.slug else shown  # the first is the reference
        for method in shown:
            assert "".join(method_label(method).split()) in letters, (figure.slug, method)


def test_no_text_leaves_the_canvas_or_is_too_small_for_a_phone(drawn: Any) -> None:
    for figure in drawn[1]:
        drawing = Drawing(figure.svg)
        assert drawing.width == pytest.approx(WIDTH * 72, abs=0.1)
        for text in drawing.texts:
            assert text.size >= SMALL, (figure.slug, text)
            assert text.left >= -0.5, (figure.slug, text)
            assert text.right <= drawing.width + 0.5, (figure.slug, text)
            assert text.top >= -0.5, (figure.slug, text)
            assert text.bottom <= drawing.height + 0.5, (figure.slug, text)


def test_no_text_over_another(drawn: Any) -> None:
    for figure in drawn[1]:
        for one, other in combinations(Drawing(figure.svg).texts, 2):
            assert not one.overlaps(other), (figure.slug, one, other)


def test_no_text_over_a_mark(drawn: Any) -> None:
    """Names of a key are beside marks, never on them."""
    for figure in drawn[1]:
        drawing = Drawing(figure.svg)
        axes = [i for i in range(1, 5) if any(id.endswith(f"-axes_{i}") for id in drawing.ids)]
        for mark in (mark for i in axes for mark in drawing.marks(i)):
            for text in drawing.texts:
                inside = text.left < mark.x < text.right and text.top < mark.y < text.bottom
                assert not inside, (figure.slug, text, mark)


def test_the_png_is_the_same_drawing_on_white(drawn: Any) -> None:
    figure = drawn[1][0]
    drawing = Drawing(figure.svg)
    with Image.open(io.BytesIO(figure.png)) as image:
        image.load()
        pixels = image.convert("RGBA")
    assert pixels.width == pytest.approx(drawing.width / 72 * DPI, abs=1)
    assert pixels.height == pytest.approx(drawing.height / 72 * DPI, abs=1)
    assert pixels.getpixel((0, 0)) == (255, 255, 255, 255)
    mark = drawing.marks()[-1]
    near = [
        pixels.getpixel((round(mark.x / 72 * DPI) + dx, round(mark.y / 72 * DPI) + dy))
        for dx in range(-10, 11)
        for dy in range(-10, 11)
    ]
    wanted = tuple(int(mark.colour[i : i + 2], 16) for i in (1, 3, 5))
    assert any(pixel[:3] == wanted for pixel in near)


def test_words_say_what_is_drawn(drawn: Any) -> None:
    for figure in drawn[1]:
        assert figure.title
        assert figure.alt
        assert figure.caption.endswith(".")
        assert "  " not in figure.caption + figure.alt
