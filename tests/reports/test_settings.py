"""Settings of one method's own: the row stays in its table, and the footnote says them all."""

from typing import Any

import pytest

from reports.comparisons import comparisons
from reports.evidence import Evidence
from reports.formats.frames import csv_files
from reports.formats.latex import latex
from reports.formats.markdown import markdown
from reports.formats.page import html
from reports.frame import curves_frame, results_frame
from reports.records.scan import scan
from reports.report import build
from reports.settings import as_text, from_options, in_words
from reports.tables.results import detail_table, result_table

TUNED = {
    "optim_wrapper.optimizer.lr": 1.6e-4,
    "optim_wrapper.optimizer.weight_decay": 0.2,
    "train_cfg.max_iters": 368750,
}
WORDS = "learning rate 1.6e-4, weight decay 0.2, 368,750 iterations"
NOTE = f"* Own settings within this protocol, all else equal: random init ({WORDS})."


def put(
    runs: Any, make_transfer: Any, method: str, seed: int, ap: float, tuned: dict[str, Any]
) -> None:
    record = make_transfer(method, "coco", seed, {"box_ap": ap})
    record["protocol"]["tuned"] = tuned
    runs.put(record)


@pytest.fixture
def tuned_random(runs: Any, make_transfer: Any) -> Any:
    put(runs, make_transfer, "random", 0, 10.0, TUNED)
    put(runs, make_transfer, "mae-pixel", 0, 12.0, {})
    return runs


def only_table(runs: Any) -> Any:
    records = scan(runs.root).records
    (only,) = comparisons(results_frame(records), curves_frame(records))
    return only


def test_a_tuned_row_stays_in_its_table_marked(tuned_random: Any) -> None:
    group = only_table(tuned_random)
    table = result_table(group, Evidence())
    assert [row.texts[:3] for row in table.rows] == [
        ("random init*", "1", "10.0"),
        ("MAE (pixels)", "1", "12.0"),
    ]
    assert NOTE in table.notes
    assert detail_table(group).rows[0].texts[0] == "random init*"
    assert detail_table(group).notes == (NOTE,)


def test_every_format_prints_the_footnote(tuned_random: Any) -> None:
    report = build(tuned_random.root, draw=False)
    page = html(report)["index.html"]
    assert str(page).count(f">{NOTE}<") == 2  # the table, and the table of every metric
    assert WORDS in str(markdown(report)["report.md"])
    for name in ("demo-coco", "demo-coco-all-metrics"):
        assert WORDS in str(latex(report)[f"tables/{name}.tex"])
    files = csv_files(report)
    assert '""train_cfg.max_iters"": 368750' in str(files["results.csv"])
    assert '""train_cfg.max_iters"": 368750' in str(files["tables/demo-coco.csv"])


def test_no_settings_of_its_own_no_footnote(demo: Any) -> None:
    table = result_table(comparisons(*frames(demo))[0], Evidence())
    assert not any("Own settings" in note for note in table.notes)
    assert table.numbers["own_settings"].isna().all()


def frames(runs: Any) -> tuple[Any, Any]:
    records = scan(runs.root).records
    return results_frame(records), curves_frame(records)


def test_seeds_with_different_settings_are_told_apart(runs: Any, make_transfer: Any) -> None:
    put(runs, make_transfer, "random", 0, 10.0, {})
    put(runs, make_transfer, "random", 1, 10.0, {"train_cfg.max_iters": 7})
    put(runs, make_transfer, "random", 2, 10.0, {"train_cfg.max_iters": 7})
    (note,) = result_table(only_table(runs), Evidence()).notes
    assert note.endswith(
        "random init (not the same for every seed; seed 0: none; seeds 1, 2: 7 iterations)."
    )


def test_one_cell_with_two_settings_is_left_out_twice(runs: Any, make_transfer: Any) -> None:
    for folder, tuned in (("a", {}), ("b", TUNED)):
        record = make_transfer("random", "coco", 0, {"box_ap": 10.0})
        record["protocol"]["tuned"] = tuned
        runs.put(record, folder)
    found = scan(runs.root)
    assert found.records == ()
    assert found.left_out[0].reason == (
        "same cell as b/result.json, with different settings of their own; keep one of them"
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (TUNED, WORDS),
        ({}, ""),
        ({"optim_wrapper.optimizer.lr": 8e-05}, "learning rate 8e-5"),
        ({"model.backbone.drop_path_rate": 0.0}, "drop path 0"),
        ({"model.backbone.use_abs_pos": False}, "model.backbone.use_abs_pos false"),
        ({"x.betas": [0.9, 0.95], "x.name": "a {b}"}, "x.betas [0.9, 0.95], x.name a {b}"),
        ({"x{}": 1}, "x{} 1"),
    ],
)
def test_settings_in_words(settings: dict[str, Any], words: str) -> None:
    assert in_words(as_text(settings)) == words


def test_options_of_a_command_line_are_the_same_settings() -> None:
    options = " ".join(f"{key}={value}" for key, value in reversed(TUNED.items()))
    assert from_options(options) == as_text(TUNED)
    assert from_options("") == as_text({}) == ""
    assert from_options("a.type=AdamW") == as_text({"a.type": "AdamW"})
