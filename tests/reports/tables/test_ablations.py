"""The paper's ablations: every case has a configuration, a place in the suite, and its numbers."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reports.assess import assess
from reports.comparisons import comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.published import published_for
from reports.records.scan import scan
from reports.tables.ablations import ABLATIONS, DEFAULT, Ablation, ablation_view
from reports.views import paper_curves, sweep_points, views

ROOT = Path(__file__).resolve().parents[3]
CASES = [(a, method) for a in ABLATIONS for method in a.cases.values()]


def test_every_case_is_a_method_of_the_suite() -> None:
    suite = yaml.safe_load((ROOT / "transfer/suites/mae_ablations.yaml").read_text())
    assert {method for _, method in CASES} == set(suite["methods"]) - {"random"}


@pytest.mark.parametrize(("ablation", "method"), CASES)
def test_every_case_has_its_published_numbers(ablation: Ablation, method: str) -> None:
    for protocol in ("imagenet/finetune_vit-l_50e", "imagenet/linear_vit-l_90e"):
        (row,) = published_for(protocol=protocol, arch="large", method=method, metric="top1")
        expected = "Table 1" if method == DEFAULT else ablation.source.rstrip("abcdef")
        assert expected in row.source


def test_the_papers_curve_is_its_figure(found: Any) -> None:
    ratio = next(a for a in ABLATIONS if a.slug == "mask-ratio")
    (linear,) = paper_curves(ratio, [comparison for comparison, _ in found], "top1")
    assert dict(linear.points) == {
        10: 54.6,
        20: 58.9,
        30: 61.7,
        40: 67.0,
        50: 69.9,
        60: 71.8,
        70: 73.2,
        75: 73.5,
        80: 71.8,
        90: 66.1,
    }
    assert linear.panel == found[0][0].title
    assert "Figure 5" in linear.source


def test_the_papers_curve_does_not_lie_under_other_data(runs: Any, make_transfer: Any) -> None:
    protocol = {"name": "imagenet/linear_vit-l_90e", "sha256": "ab" * 32}
    protocol |= {"shipped_sha256": "ab" * 32, "tuned": {}}
    record = make_transfer(DEFAULT, "imagenet", 0, {"top1": 3.0}, protocol=protocol, arch="large")
    runs.put(record)  # 200 images
    groups = comparisons(*(f(scan(runs.root).records) for f in (results_frame, curves_frame)))
    ratio = next(a for a in ABLATIONS if a.slug == "mask-ratio")
    assert paper_curves(ratio, groups, "top1") == []


def test_every_comparison_has_a_panel_of_its_own(runs: Any, make_transfer: Any) -> None:
    for limited in (True, False):
        for method in (DEFAULT, "mae-mask-ratio-50"):
            record = make_transfer(method, "coco", 0, {"box_ap": 9.0}, limited=limited)
            runs.put(record, f"{limited}/{method}")
    records = scan(runs.root).records
    groups = comparisons(results_frame(records), curves_frame(records))
    ratio = next(a for a in ABLATIONS if a.slug == "mask-ratio")
    points = sweep_points(ratio, [(group, Evidence()) for group in groups], "box_ap")
    assert len({point.panel for point in points}) == 2
    assert sorted(point.x for point in points) == [50, 50, 75, 75]


@pytest.fixture
def found(runs: Any, make_transfer: Any) -> Any:
    protocol = {"name": "imagenet/linear_vit-l_90e", "sha256": "ab" * 32}
    protocol |= {"shipped_sha256": "ab" * 32, "tuned": {}}
    for method, top1 in ((DEFAULT, 73.0), ("mae-mask-ratio-50", 70.0), ("mae-mask-grid-75", 65.0)):
        record = make_transfer(method, "imagenet", 0, {"top1": top1}, protocol=protocol)
        runs.put(record | {"arch": "large", "n_images": 50000})
    records = scan(runs.root).records
    by_path = {record.path: record for record in records}
    groups = comparisons(results_frame(records), curves_frame(records))
    return [(group, assess(group, by_path)) for group in groups]


def test_ours_stand_beside_the_papers(found: Any) -> None:
    mask = next(a for a in ABLATIONS if a.slug == "mask")
    table = ablation_view(mask, found)
    assert table is not None
    assert [row.texts for row in table.rows] == [
        ("random 75 %", "1", "73.0", "73.5"),
        ("block 50 %", "0", "–", "–"),
        ("block 75 %", "0", "–", "–"),
        ("grid 75 %", "1", "65.0", "66.0"),
    ]


def test_an_ablation_of_which_only_the_default_ran_has_no_view(found: Any) -> None:
    made = {view.table.slug: view for view in views(found, draw=True)}
    assert set(made) == {"view-mask", "view-mask-ratio"}
    assert made["view-mask"].figures == ()
    (figure,) = made["view-mask-ratio"].figures
    assert "Figure 5" in figure.caption
