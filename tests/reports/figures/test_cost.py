"""Score against cost: marks at their numbers, and honest axes."""

from typing import Any

import pandas as pd
import pytest
from read_svg import Drawing

from reports.evidence import Evidence, Interval
from reports.figures.cost import cost_figures
from reports.summary import over_seeds
from reports.vocabulary import method_styles

METHODS = ("random", "supervised", "mae-pixel")


def pretraining(method: str, hours: float) -> dict[str, Any]:
    return {
        "kind": "pretrain",
        "suite": "demo",
        "method": method,
        "arch": "",
        "target": "pixel",
        "protocol_sha256": "y",
        "wall_seconds": hours * 3600,
        "path": f"p/{method}",
    }


def read(figure: Any, *, log: bool = False) -> dict[str, tuple[float, float, bool]]:
    drawing = Drawing(figure.svg)
    x, y = drawing.scale("x", log=log), drawing.scale("y")
    colours = {style.colour: method for method, style in method_styles(METHODS).items()}
    found = {}
    for mark in drawing.marks():
        if colours[mark.colour] not in found:  # the second is the one beside the name
            found[colours[mark.colour]] = (x(mark.x), y(mark.y), mark.hollow)
    return found


def test_speed_and_memory_at_their_numbers(comparison: Any) -> None:
    group = comparison(METHODS)
    _, speed, memory = cost_figures(group, Evidence(), group.results)
    means = over_seeds(group.results)
    for i, method in enumerate(METHODS):
        score = means[method, "box_ap"].mean
        assert read(speed)[method] == pytest.approx((20 - i, score, False), abs=0.02)
        assert read(memory)[method] == pytest.approx((1 + 0.2 * i, score, False), abs=0.02)


def test_hours_on_a_logarithmic_axis_hollow_where_pretraining_is_unknown(comparison: Any) -> None:
    group = comparison(METHODS, seeds=1)
    results = pd.concat([group.results, pd.DataFrame([pretraining("mae-pixel", 50)])])
    hours, *_ = cost_figures(group, Evidence(), results)
    found = read(hours, log=True)
    assert found["random"][0] == pytest.approx(60 / 3600, rel=0.01)
    assert found["mae-pixel"][0] == pytest.approx(50 + 140 / 3600, rel=0.01)
    assert {m: hollow for m, (*_, hollow) in found.items()} == {
        "random": False,
        "supervised": True,
        "mae-pixel": False,
    }
    assert "Hours by the clock" in hours.caption
    assert "Hollow: how long pre-training took is unknown" in hours.caption
    assert "device-hours" not in {text.words for text in Drawing(hours.svg).texts}


def test_device_hours_are_called_so(comparison: Any) -> None:
    group = comparison(METHODS)
    group.results["devices"] = 4
    hours, *_ = cost_figures(group, Evidence(), group.results)
    assert "device-hours" in {text.words for text in Drawing(hours.svg).texts}
    assert "clock" not in hours.caption


def test_a_name_is_joined_to_its_mark(comparison: Any) -> None:
    group = comparison(METHODS)
    _, speed, _ = cost_figures(group, Evidence(), group.results)
    drawing = Drawing(speed.svg)
    names = {"random init": "random", "supervised": "supervised", "MAE (pixels)": "mae-pixel"}
    styles = method_styles(METHODS)
    leaders = [line for line in drawing.lines() if len(line.points) == 3]
    assert len(leaders) == 3
    for text in (text for text in drawing.texts if text.words in names):
        own = [m for m in drawing.marks() if m.colour == styles[names[text.words]].colour]
        (line,) = (n for n in leaders if text.top < n.points[-1][1] < text.bottom)
        assert line.points[0] == pytest.approx((own[0].x, own[0].y), abs=0.1)


def test_who_recorded_nothing_is_named(comparison: Any) -> None:
    group = comparison(METHODS)
    group.results.loc[group.results["method"] == "random", "images_per_second"] = None
    _, speed, _ = cost_figures(group, Evidence(), group.results)
    assert speed.caption.endswith("Not recorded for random init.")
    group.results["images_per_second"] = None
    slugs = [figure.slug for figure in cost_figures(group, Evidence(), group.results)]
    assert slugs == ["demo-coco-cost-hours", "demo-coco-cost-memory"]


def test_bars_are_the_intervals(comparison: Any) -> None:
    group = comparison(METHODS)
    known = Evidence(intervals={("mae-pixel", "box_ap"): Interval(16, 12, 21, "seeds")})
    _, speed, _ = cost_figures(group, known, group.results)
    drawing = Drawing(speed.svg)
    (bar,) = (n for n in drawing.lines() if n.points[0][0] == n.points[-1][0])
    assert [drawing.scale("y")(y) for _, y in bar.points] == pytest.approx([12, 21], abs=0.02)
    assert "95 % intervals over seeds" in speed.caption
