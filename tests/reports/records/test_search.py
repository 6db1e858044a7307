"""Tuned and fixed protocols stay apart; a tuned number says what it is the best of."""

import re
from typing import Any

import pytest

from reports.comparisons import comparisons
from reports.evidence import Evidence
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.report import NoRecordsError, build
from reports.tables.results import result_table

LR = "optim_wrapper.optimizer.lr"


def tuned_record(
    make_transfer: Any, method: str, seed: int = 0, ap: float = 10.0, **changes: Any
) -> Any:
    """A record with the second of two settings chosen; `changes` are of its sweep block."""
    record = make_transfer(method, "coco", seed, {"box_ap": ap})
    record["protocol"]["tuned"] = {LR: 2e-4}
    declared = {"points": [{LR: 1e-4}, {LR: 2e-4}], "seeds": [0], "select": "box_ap"}
    record["sweep"] = {
        "role": "chosen",
        "declared": {**declared, "search_options": [], "select_data_options": []},
        "tried": [
            {"point": 1, "seed": 0, "status": "diverged", "score": None, "error": "Boom"},
            {"point": 2, "seed": 0, "status": "finished", "score": ap, "seconds": 60.0},
        ],
        "chosen": {"point": 2, "settings": {LR: 2e-4}, "score": ap},
        "unit": "%",
        **changes,
    }
    return record


def tables(runs: Any) -> list[Any]:
    records = scan(runs.root).records
    return [
        result_table(c, Evidence())
        for c in comparisons(results_frame(records), curves_frame(records))
    ]


def test_a_tuned_table_says_its_budget_and_what_was_chosen(runs: Any, make_transfer: Any) -> None:
    runs.put(tuned_record(make_transfer, "random"))
    runs.put(tuned_record(make_transfer, "mae-pixel", ap=12.0))
    (table,) = tables(runs)
    assert table.title == "toy-scenes (COCO protocol), tuned"
    assert (
        "Tuned protocol: every row is the best of 2 settings by box AP on the reported images, "
        "1 run each; the settings tried are the same for all. Choosing by what is reported favours"
    ) in table.caption
    assert [row.texts[:2] for row in table.rows] == [("random init", "1"), ("MAE (pixels)", "1")]
    (note,) = table.notes
    assert note == (
        "Chosen by the search: MAE (pixels) (learning rate 2e-4); random init (learning rate 2e-4)."
    )
    assert set(table.numbers["chosen_settings"]) == {f'{{"{LR}": 0.0002}}'}
    assert table.numbers["own_settings"].isna().all()


def test_fixed_and_tuned_never_share_a_table(runs: Any, make_transfer: Any) -> None:
    runs.put(make_transfer("random", "coco", 0, {"box_ap": 9.0}))
    runs.put(tuned_record(make_transfer, "random"), "tuned")
    fixed, tuned = tables(runs)
    assert "tuned" not in fixed.title
    assert "search" not in fixed.caption
    assert fixed.rows[0].texts == ("random init", "1", "9.0", "–")
    assert tuned.rows[0].texts == ("random init", "1", "10.0", "–")
    assert any("search of settings (here none)" in note for note in fixed.notes)
    assert any("search of settings (here best of 2 settings" in note for note in tuned.notes)


@pytest.mark.parametrize(
    "other",
    [
        {"seeds": [0, 1]},
        {"points": [{LR: 3e-4}, {LR: 2e-4}]},  # as many, but others
        {"select": "mask_ap"},
        {"select_data_options": ["val_evaluator.ann_file=x"]},
        {"search_options": ["train_cfg.max_iters=9"]},
    ],
)
def test_a_row_of_another_search_goes_into_a_table_of_its_own(
    runs: Any, make_transfer: Any, other: dict[str, Any]
) -> None:
    runs.put(tuned_record(make_transfer, "random"))
    record = tuned_record(make_transfer, "mae-pixel")
    record["sweep"]["declared"] |= other
    runs.put(record)
    first, second = tables(runs)
    assert first.title != second.title
    for table in (first, second):
        assert sorted(row.texts[1] for row in table.rows) == ["0", "1"]  # a gap beside its own
        assert any("declared search (here" in note for note in table.notes)


def test_held_out_data_and_other_terms_are_in_the_caption(runs: Any, make_transfer: Any) -> None:
    record = tuned_record(make_transfer, "random")
    record["sweep"]["declared"] |= {
        "select_data_options": ["val_evaluator.ann_file=x"],
        "search_options": ["train_cfg.max_iters=46094"],
        "seeds": [0, 1],
    }
    runs.put(record)
    (table,) = tables(runs)
    assert (
        "best of 2 settings by box AP on held-out data, 2 runs each (46,094 iterations); "
        in table.caption
    )
    assert "favours" not in table.caption


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        ([{"status": "failed", "error": "OSError"}, {}], "point 1 seed 0 failed (OSError)"),
        ([{"status": "diverged"}], "only 1 of 2 runs were made"),
    ],
)
def test_an_incomplete_search_is_footnoted(
    runs: Any, make_transfer: Any, tried: list[Any], words: str
) -> None:
    runs.put(tuned_record(make_transfer, "mae-pixel"))
    run = {"seed": 0, "status": "finished", "score": 1.0}
    made = [{**run, "point": n, **changes} for n, changes in enumerate(tried, 1)]
    runs.put(tuned_record(make_transfer, "random", tried=made))
    (table,) = tables(runs)
    (note,) = [note for note in table.notes if "incomplete" in note]
    assert note.startswith("Search incomplete, so the row may be worse off: random init (")
    assert words in note
    assert "MAE" not in note


def test_settings_beside_the_search_are_still_a_methods_own(runs: Any, make_transfer: Any) -> None:
    record = tuned_record(make_transfer, "random")
    record["protocol"]["tuned"]["train_cfg.max_iters"] = 7
    runs.put(record)
    (table,) = tables(runs)
    assert table.rows[0].texts[0] == "random init*"
    assert table.notes[0].endswith("all else equal: random init (7 iterations).")


def test_published_numbers_do_not_stand_beside_searched_settings(
    runs: Any, make_transfer: Any
) -> None:
    protocol = "coco/mask-rcnn_vit-b_fpn_lsj-100e"
    record = tuned_record(make_transfer, "supervised")
    record |= {"n_images": 5000, "arch": "base"}
    record["protocol"]["name"] = protocol
    runs.put(record)
    (table,) = tables(runs)
    assert "published" not in {column.label for column in table.columns}
    assert any("are for settings given in advance" in note for note in table.notes)


def test_runs_of_a_search_are_no_results(runs: Any, make_transfer: Any) -> None:
    search = make_transfer("random", "coco", 0, {"box_ap": 90.0})
    search["sweep"] = {"role": "search", "point": 1}
    runs.put(search, "demo/sweep/coco/random/point-01/seed0")
    with pytest.raises(NoRecordsError, match="1 run of a search, and none yet with the settings"):
        build(runs.root, draw=False)
    runs.put(tuned_record(make_transfer, "random"))
    found = scan(runs.root)
    assert (len(found.records), found.searching, found.left_out) == (1, 1, ())


def test_one_cell_with_two_choices_is_left_out_twice(runs: Any, make_transfer: Any) -> None:
    runs.put(tuned_record(make_transfer, "random"), "a")
    record = tuned_record(make_transfer, "random")
    record["sweep"]["chosen"] = {"point": 1}
    record["protocol"]["tuned"] = {LR: 1e-4}
    runs.put(record, "b")
    assert [item.path for item in scan(runs.root).left_out] == ["a/result.json", "b/result.json"]
    assert "different settings of their own" in scan(runs.root).left_out[0].reason


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "best"}, "sweep.role is 'best', expected one of search, chosen"),
        ({"declared": None}, "sweep.declared is missing, expected an object"),
        ({"chosen": {"point": 3}}, "sweep.chosen.point is 3, the search has 2 points"),
        ({"chosen": {"point": 1}}, "sweep.chosen is point 1, .*0.0001.*, but the run had .*0.0002"),
        ({"tried": {}}, r"sweep.tried is \{\}, expected a list"),
        ({"tried": [{"point": 1, "seed": 0, "status": "ok"}]}, "sweep.tried.status is 'ok'"),
    ],
)
def test_a_wrong_block_is_named_and_left_out(
    runs: Any, make_transfer: Any, changes: dict[str, Any], message: str
) -> None:
    runs.put(tuned_record(make_transfer, "random", **changes))
    (item,) = scan(runs.root).left_out
    assert re.match(message, item.reason), item.reason
