"""Our sweep over a published one: on one scale where that can hold both."""

from typing import Any

import pytest
from read_svg import Drawing

from reports.figures.drawing import Figure
from reports.figures.sweeps import PublishedCurve, SweepPoint, strips, sweep_figures

RATIOS = (0.25, 0.5, 0.75)


def points(panel: str, values: tuple[float, ...], xs: tuple[float, ...] = RATIOS) -> Any:
    return [SweepPoint(panel, "mae-pixel", x, y) for x, y in zip(xs, values, strict=True)]


def draw(ours: list[SweepPoint], theirs: list[PublishedCurve]) -> list[Figure]:
    words = {"name": "s", "title": "S", "setting": "mask ratio", "label": "top-1", "bars": "seeds"}
    return sweep_figures(ours, theirs, **words)


def published(panel: str, *values: float) -> PublishedCurve:
    return PublishedCurve(panel, tuple(zip((0.1, 0.5, 0.9), values, strict=True)), "MAE, Figure 5")


def test_ours_solid_theirs_dashed_at_their_numbers() -> None:
    (figure,) = draw(
        points("fine-tuning", (82.0, 84.0, 83.0)), [published("fine-tuning", 83.2, 84.9, 83.8)]
    )
    drawing = Drawing(figure.svg)
    x, y = drawing.scale("x"), drawing.scale("y")
    theirs, ours = drawing.lines()
    assert (theirs.dashed, ours.dashed) == (True, False)
    for line, xs, ys in (
        (theirs, (0.1, 0.5, 0.9), (83.2, 84.9, 83.8)),
        (ours, RATIOS, (82.0, 84.0, 83.0)),
    ):
        assert [x(px) for px, _ in line.points] == pytest.approx(xs, abs=0.002)
        assert [y(py) for _, py in line.points] == pytest.approx(ys, abs=0.01)
    assert figure.caption == "Solid: ours; dashed grey: MAE, Figure 5."


def test_panels_share_the_setting_in_their_usual_order() -> None:
    ours = points("linear probing", (50, 60, 70)) + points("fine-tuning", (80, 81, 82))
    (figure,) = draw(ours, [])
    drawing = Drawing(figure.svg)
    places = {text.words: text.top for text in drawing.texts}
    assert places["fine-tuning"] < places["linear probing"]
    first, second = ([p[0] for p in drawing.lines(axes)[0].points] for axes in (1, 2))
    assert first == pytest.approx(second)
    assert not drawing.ticks("x", 1)
    assert figure.caption == "Solid: ours. No published curve for this setting."


def test_a_paper_far_away_gets_its_own_axis() -> None:
    theirs = [published("fine-tuning", 83.2, 84.9, 83.8)]
    near = strips(points("fine-tuning", (80, 82, 81)), theirs)
    assert [strip.title for strip in near] == ["fine-tuning"]
    far = strips(points("fine-tuning", (40, 42, 41)), theirs)
    assert [strip.title for strip in far] == ["fine-tuning, published", "fine-tuning, ours"]
    (figure,) = draw(points("fine-tuning", (40, 42, 41)), theirs)
    assert "on an axis of its own" in figure.caption
    assert Drawing(figure.svg).scale("y", 1)(Drawing(figure.svg).lines(1)[0].points[1][1]) == (
        pytest.approx(84.9, abs=0.01)
    )


def test_schedules_that_double_are_evenly_spaced() -> None:
    epochs = (100.0, 200.0, 400.0, 1600.0)
    (figure,) = draw(points("fine-tuning", (1, 2, 3, 4), epochs), [])
    ticks = Drawing(figure.svg).ticks("x")
    assert list(ticks) == ["100", "200", "400", "1600"]
    at = list(ticks.values())
    assert at[2] - at[1] == pytest.approx(at[1] - at[0])
    assert at[3] - at[2] == pytest.approx(2 * (at[1] - at[0]))


def test_low_and_high_are_bars() -> None:
    ours = [SweepPoint("fine-tuning", "mae-pixel", x, 50, 48, 53) for x in RATIOS]
    (figure,) = draw(ours, [])
    drawing = Drawing(figure.svg)
    _, *bars = drawing.lines()
    assert [drawing.scale("y")(y) for bar in bars for _, y in bar.points] == (
        pytest.approx([48, 53] * 3, abs=0.02)
    )
    assert "Solid: ours, bars: seeds." in figure.caption


def test_one_setting_is_no_sweep() -> None:
    assert not draw(points("fine-tuning", (80,), (0.75,)), [])
