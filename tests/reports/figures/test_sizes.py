"""Models from tiny to huge: which comparisons are one family, and where their numbers stand."""

from typing import Any

import pytest
from read_svg import Drawing

from reports.comparisons import Comparison
from reports.evidence import Evidence, Interval
from reports.figures.sizes import families, size_figures
from reports.summary import over_seeds
from reports.vocabulary import method_styles

METHODS = ("random", "mae-pixel")


def groups(make: Any, **protocols: str) -> list[tuple[Comparison, Evidence]]:
    return [
        (make(METHODS, metrics=("box_ap",), arch=arch, protocol=protocol), Evidence())
        for arch, protocol in protocols.items()
    ]


def test_sizes_in_order_and_means_at_their_place(comparison: Any) -> None:
    family = groups(comparison, huge="coco/toy", tiny="coco/toy", base="coco/toy")
    figure = size_figures(family)[0]
    drawing, styles = Drawing(figure.svg), method_styles(METHODS)
    ticks = drawing.ticks("x")
    assert sorted(ticks, key=lambda name: ticks[name]) == ["tiny", "base", "huge"]
    y = drawing.scale("y")
    for method in METHODS:
        marks = [m for m in drawing.marks() if m.colour == styles[method].colour]
        by_arch = {str(c.key["arch"]): over_seeds(c.results)[method, "box_ap"] for c, _ in family}
        wanted = [by_arch[arch].mean for arch in ("tiny", "base", "huge")]
        assert [y(mark.y) for mark in marks] == pytest.approx(wanted, abs=0.02)
        step = ticks["base"] - ticks["tiny"]
        for mark, arch in zip(marks, ("tiny", "base", "huge"), strict=True):
            assert abs(mark.x - ticks[arch]) < step / 3
    assert figure.caption == "Filled and joined: ours; bars: lowest to highest seed."


def test_a_family_differs_in_size_and_schedule_alone(comparison: Any) -> None:
    same = groups(
        comparison,
        base="coco/mask-rcnn_vitdet-b_lsj-100e",
        large="coco/mask-rcnn_vitdet-l_lsj-100e",
        huge="coco/mask-rcnn_vitdet-h_lsj-75e",
    )
    other = groups(comparison, base="coco/mask-rcnn_vit-b_fpn_lsj-100e")
    assert families([*same, *other]) == [same]
    figure = size_figures([*same, *other])[0]
    assert "vitdet-b_lsj-100e, coco/mask-rcnn_vitdet-l" in figure.caption


def test_two_protocols_for_one_size_are_no_family(comparison: Any) -> None:
    twice = groups(comparison, base="coco/a_vit-b_25e", large="coco/a_vit-l_25e")
    twice += groups(comparison, base="coco/a_vit-b_100e")
    assert families(twice) == []
    limited = groups(comparison, base="coco/toy")
    limited[0][0].key["limited"] = True
    assert families([*limited, *groups(comparison, tiny="coco/toy")]) == []


def test_published_numbers_are_hollow_and_only_where_they_stand_beside_ours(
    comparison: Any,
) -> None:
    family = groups(
        comparison,
        base="coco/mask-rcnn_vit-b_fpn_lsj-100e",
        large="coco/mask-rcnn_vit-l_fpn_lsj-100e",
    )
    assert not any(mark.hollow for mark in Drawing(size_figures(family)[0].svg).marks())
    for group, _ in family:
        group.key["n_images"] = 5000
    drawing = Drawing(size_figures(family)[0].svg)
    hollow = [mark for mark in drawing.marks() if mark.hollow]
    # He et al. 2021, Table 7: MAE on pixels, ViT-B 49.5 and ViT-L 52.8
    colour = method_styles(METHODS)["mae-pixel"].colour
    values = [drawing.scale("y")(mark.y) for mark in hollow if mark.colour == colour]
    assert values == pytest.approx([49.5, 52.8], abs=0.02)


def test_bars_are_the_intervals_of_the_evidence(comparison: Any) -> None:
    known = Evidence(intervals={("mae-pixel", "box_ap"): Interval(13, 11, 16, "images")})
    family = [(group, known) for group, _ in groups(comparison, tiny="coco/toy", base="coco/toy")]
    figure = size_figures(family)[0]
    drawing = Drawing(figure.svg)
    y, colour = drawing.scale("y"), method_styles(METHODS)["mae-pixel"].colour
    upright = [
        sorted(y(point[1]) for point in line.points)
        for line in drawing.lines()
        if line.colour == colour and line.points[0][0] == line.points[-1][0]
    ]
    assert upright == [pytest.approx([11, 16], abs=0.02)] * 2
    assert "random init" in figure.alt
