"""The table of pairs: signs, corrections, and what it says of itself."""

from typing import Any

import pytest
from image_results import put_segmentation

from reports.assess import Options, assess
from reports.comparisons import Comparison, comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.significance import holm
from reports.tables.differences import difference_table


@pytest.fixture
def found(runs: Any, make_transfer: Any) -> tuple[Comparison, Evidence]:
    for method, skill in (("random", 0.0), ("mae-pixel", 2.0), ("mae-dvae-token", 0.0)):
        put_segmentation(runs, make_transfer, method, skill)
    records = scan(runs.root).records
    (group,) = comparisons(results_frame(records), curves_frame(records))
    return group, assess(group, {r.path: r for r in records}, Options(resamples=200))


def test_every_pair_is_a_row_later_minus_earlier(found: Any) -> None:
    table = difference_table(*found)
    assert table is not None
    assert [row.texts[0] for row in table.rows] == [
        "MAE (pixels) − random init",
        "MAE (dVAE tokens) − random init",
        "MAE (dVAE tokens) − MAE (pixels)",
    ]
    assert table.rows[0].cells[2].text.startswith("+")
    assert table.rows[2].cells[2].text.startswith("−")
    assert not any(row.cells[2].best for row in table.rows)  # one seed settles no method
    assert table.rows[0].texts[4] == "< .001"
    assert table.rows[0].cells[2].records == (
        "demo/ade20k/mae-pixel/seed0/result.json",
        "demo/ade20k/random/seed0/result.json",
    )


def test_numbers_are_unrounded_and_say_what_they_are_over(found: Any) -> None:
    table = difference_table(*found)
    assert table is not None
    first = table.numbers.iloc[0]
    group, _ = found
    means = group.results.set_index("method")["value"]
    assert first["difference"] == pytest.approx(means["mae-pixel"] - means["random"], abs=1e-9)
    assert first["low"] < first["difference"] < first["high"]
    assert (first["over"], first["n_first"], first["n_resampled_images"]) == ("images", 1, 40)
    corrected = holm(table.numbers["p"].tolist())
    assert table.numbers["p_holm"].tolist() == corrected
    assert corrected != table.numbers["p"].tolist()


def test_one_seed_is_said_to_hide_the_spread_between_runs(found: Any) -> None:
    table = difference_table(*found)
    assert table is not None
    assert (
        "with one seed a method, the spread between runs is unknown and not in them"
        in table.caption
    )


def test_without_any_evidence_there_is_no_table(found: Any) -> None:
    assert difference_table(found[0], Evidence()) is None
