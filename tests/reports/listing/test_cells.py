"""The state of every run: by its record, its last words, its log, or its absence."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reports.listing.cells import Cell, Listing, list_cells
from reports.suite import read_suite

NOW = 2_000_000_000.0
CONFIG = "train_cfg = dict(max_iters=240)\n"


def listed(root: Path, suite: str = "", idle: float = 600) -> Listing:
    found = None
    if suite:
        file = root.parent / "suite.yaml"
        file.write_text(suite)
        found = read_suite(file)
    return list_cells(root, found, idle_seconds=idle, now=NOW)


def by_path(found: Listing) -> dict[str, Cell]:
    return {cell.path: cell for cell in found.cells}


def aged(folder: Path, seconds: float) -> None:
    for file in [folder, *folder.rglob("*")]:
        os.utime(file, (NOW - seconds, NOW - seconds))


def fail(runs: Any, folder: str, when: str = "2026-01-01T00:00:30") -> Path:
    told = {"error": "FloatingPointError", "message": "loss is NaN", "when": when}
    file: Path = runs.put_text(json.dumps(told), folder, "failure.json")
    return file


def test_done_with_the_headline_of_its_task(runs: Any, make_transfer: Any) -> None:
    runs.transfer("mae", "coco", 1, mask_ap=3.0, box_ap50=9.0, box_ap=4.0)
    runs.transfer("mae", "new-task", 0, aacc=3.0, miou=4.0)
    runs.put(make_transfer("mae", "ade20k", 0, {"miou": 5.0}, limited=True))
    found = by_path(listed(runs.root))
    coco = found["demo/coco/mae/seed1"]
    assert (coco.state, coco.suite, coco.task, coco.method, coco.seed) == (
        *("done", "demo", "coco", "mae", 1),
    )
    assert {name: metric.value for name, metric in coco.metrics.items()} == {
        "box_ap": 4.0,
        "mask_ap": 3.0,
    }
    assert list(found["demo/new-task/mae/seed0"].metrics) == ["miou"]
    assert found["demo/ade20k/mae/seed0"].limited


@pytest.mark.parametrize(
    ("idle", "state"), [(599.0, "running"), (601.0, "stopped"), (-50.0, "running")]
)
def test_running_or_stopped_by_what_was_written_last(
    runs: Any, make_log: Any, idle: float, state: str
) -> None:
    run = make_log("runs/demo/coco/mae/seed2", "20260101_000000", CONFIG, [{"iter": 120}])
    aged(run, idle)
    (cell,) = listed(runs.root).cells
    assert (cell.state, cell.task, cell.method, cell.seed) == (state, "coco", "mae", 2)
    assert cell.reached.words == "120 of 240 iterations"
    assert cell.idle_seconds == pytest.approx(max(idle, 0))
    assert cell.log == "demo/coco/mae/seed2/20260101_000000/20260101_000000.log"


def test_failed_with_its_reason(runs: Any) -> None:
    fail(runs, "demo/coco/mae/seed0")
    runs.put_text("{", "demo/coco/mae/seed1")
    runs.put_text("{", "demo/coco/mae/seed2", "failure.json")
    cells = listed(runs.root).cells
    assert {cell.state for cell in cells} == {"failed"}
    assert [cell.seed for cell in cells] == [0, 1, 2]
    assert cells[0].reason == "FloatingPointError: loss is NaN"
    assert cells[1].reason.startswith("result.json: not JSON, half-written?")
    assert cells[2].reason.startswith("failure.json: a run failed here, but its failure.json is")


@pytest.mark.parametrize(
    ("when", "state"),
    [("2026-01-01T00:00:59", "done"), ("2026-01-01T00:01:01", "failed")],
)
def test_the_later_of_record_and_failure_counts(runs: Any, when: str, state: str) -> None:
    """By what they say: a copy has the time of its copying."""
    runs.transfer("mae", "coco", 0, box_ap=1.0)  # finished at 00:01:00
    fail(runs, "demo/coco/mae/seed0", when)
    assert [cell.state for cell in listed(runs.root).cells] == [state]


@pytest.mark.parametrize("when", ["", "yesterday", "2026-01-01T00:00:59+00:00"])
@pytest.mark.parametrize(("age", "state"), [(10, "failed"), (99, "done")])
def test_files_of_no_comparable_time_are_told_apart_by_their_own(
    runs: Any, when: str, age: float, state: str
) -> None:
    record = runs.transfer("mae", "coco", 0, box_ap=1.0)
    aged(record, 50)
    aged(fail(runs, "demo/coco/mae/seed0", when), age)
    assert [cell.state for cell in listed(runs.root).cells] == [state]


SUITE = """
suite: demo
root: elsewhere/demo
seeds: [0, 1]
methods: {random: , mae: {config: a.py}}
tasks: {coco: }
"""


def test_missing_from_a_suite(runs: Any) -> None:
    runs.transfer("random", "coco", 0, box_ap=1.0)
    runs.transfer("random", "coco", 1, box_ap=1.0, folder="by/hand")
    runs.transfer("mae", "ade20k", 0, miou=1.0)
    fail(runs, "demo/coco/mae/seed1")
    found = {(c.task, c.method, c.seed): c for c in listed(runs.root, SUITE).cells}
    assert {key: cell.state for key, cell in found.items()} == {
        ("coco", "random", 0): "done",
        ("coco", "random", 1): "done",  # where it is does not matter, if its record says so
        ("ade20k", "mae", 0): "done",
        ("coco", "mae", 1): "failed",
        ("coco", "mae", 0): "missing",
        ("pretrain", "mae", None): "missing",
    }
    assert found["coco", "mae", 0].path == "demo/coco/mae/seed0"
    assert found["coco", "mae", 1].suite == "demo"


def test_a_record_of_another_suite_fills_no_gap(runs: Any, make_transfer: Any) -> None:
    record = make_transfer("random", "coco", 0, {"box_ap": 1.0})
    record["cell"]["suite"] = "other"
    runs.put(record, "other/coco/random/seed0")
    (runs.root / "demo").mkdir()
    states = {c.path: c.state for c in listed(runs.root, SUITE).cells}
    assert states["demo/coco/random/seed0"] == "missing"


@pytest.mark.parametrize(("age", "state"), [(5, "running"), (5000, "stopped")])
def test_a_job_that_has_only_a_log_of_the_workflow(runs: Any, age: float, state: str) -> None:
    aged(runs.put_text("…", "demo/logs", "coco-mae-seed1.log"), age)
    aged(runs.put_text("…", "demo/logs", "pretrain-mae.log"), age)
    found = by_path(listed(runs.root, SUITE))
    assert found["demo/coco/mae/seed1"].state == state
    assert found["demo/coco/mae/seed1"].log == "demo/logs/coco-mae-seed1.log"
    assert found["demo/pretrain/mae"].state == state


def test_runs_of_a_search_are_counted(runs: Any, make_transfer: Any, make_log: Any) -> None:
    search = "demo/sweep/coco/mae/point-{:02d}/seed0"
    record = make_transfer("mae", "coco", 0, {"box_ap": 1.0}, sweep={"role": "search"})
    runs.put(record, search.format(1))
    runs.put_text('{"status": "finished"}', search.format(1), "tried.json")
    runs.put_text('{"status": "diverged"}', search.format(2), "tried.json")
    runs.put_text("{", search.format(3), "tried.json")
    fail(runs, search.format(4))
    aged(make_log(f"runs/{search.format(5)}", "2026", CONFIG, []), 5)
    aged(make_log(f"runs/{search.format(6)}", "2026", CONFIG, []), 5000)
    found = listed(runs.root)
    assert found.cells == ()
    assert found.searched == {"done": 1, "diverged": 1, "failed": 2, "running": 1, "stopped": 1}


def test_in_the_order_of_the_tables(demo: Any, make_log: Any) -> None:
    fail(demo, "demo/coco/supervised/seed2")
    cells = [c for c in listed(demo.root).cells if c.task == "coco"]
    assert [(c.method, c.seed) for c in cells] == [
        *(("random", 0), ("random", 1), ("random", 2), ("supervised", 0), ("supervised", 2)),
        *(("mae-pixel", 0), ("mae-pixel", 1), ("mae-pixel", 2)),
    ]
