"""How far a run is, from what MMEngine leaves while it trains."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reports.listing.unfinished import (
    Reached,
    last_step,
    last_written,
    newest_log,
    reached,
    started_runs,
)

ITERATIONS = "train_cfg = dict(max_iters=240, type='IterBasedTrainLoop', val_interval=24)\n"
EPOCHS = "a = 1\ntrain_cfg = dict(by_epoch=True, max_epochs=22, type='EpochBasedTrainLoop')\n"


@pytest.mark.parametrize(
    ("config", "lines", "expected", "words"),
    [
        (ITERATIONS, [{"iter": 20}, {"iter": 1000}], Reached(1000, 240), "1,000 of 240 iterations"),
        (EPOCHS, [{"epoch": 3, "iter": 7}], Reached(7, None, 3, 22), "epoch 3 of 22"),
        # a line of validation, whose step is the epoch
        (EPOCHS, [{"epoch": 3, "iter": 7}, {"top1": 1.0, "step": 3}], Reached(7, None, 3, 22), ""),
        ("broken (", [{"iter": 20}], Reached(20), "iteration 20"),
        ("train_cfg = base", [{"iter": 20}], Reached(20), "iteration 20"),
        (ITERATIONS, [], Reached(), ""),
        (ITERATIONS, [{"iter": "x"}], Reached(None, 240), ""),
    ],
)
def test_how_far_it_is(
    make_log: Any, config: str, lines: list[dict[str, Any]], expected: Reached, words: str
) -> None:
    run = make_log("run", "20260101_000000", config, lines)
    assert reached(run) == expected
    if words:
        assert expected.words == words


def test_the_newest_start_that_logged_a_step(make_log: Any) -> None:
    make_log("run", "20260101_000000", ITERATIONS, [{"iter": 200}])
    make_log("run", "20260102_000000", ITERATIONS, [{"iter": 40}])
    run = make_log("run", "20260103_000000", ITERATIONS, [])
    assert reached(run) == Reached(40, 240)
    assert newest_log(run) == run / "20260103_000000/20260103_000000.log"


def test_a_half_written_line_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "scalars.json"
    file.write_text('{"iter": 1}\n' + json.dumps({"iter": 2, "x": "é" * 70_000}) + '\n{"iter": 3')
    assert last_step(file) == {}  # the whole tail is one cut line, and half a line
    file.write_text('{"iter": 1}\n{"iter": 2}\n{"ite')
    assert last_step(file) == {"iter": 2}


def test_where_runs_have_begun(make_log: Any, tmp_path: Path) -> None:
    make_log("coco/mae/seed0", "20260101_000000", ITERATIONS, [])
    (tmp_path / "ade20k/mae/seed1/20260101_000000").mkdir(parents=True)
    (tmp_path / "ade20k/mae/seed1/20260101_000000/20260101_000000.log").touch()
    (tmp_path / "ade20k/mae/seed2").mkdir()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/coco-mae-seed0.log").touch()
    assert started_runs(tmp_path) == {"coco/mae/seed0", "ade20k/mae/seed1"}


def test_the_newest_file_tells_when_it_wrote(make_log: Any) -> None:
    run = make_log("run", "20260101_000000", ITERATIONS, [{"iter": 1}])
    for i, file in enumerate(sorted(file for file in run.rglob("*") if file.is_file())):
        os.utime(file, (1000 + i, 1000 + i))
    assert last_written(run) == 1000 + i
    (run / "empty").mkdir()
    os.utime(run / "empty", (7, 7))
    assert last_written(run / "empty") == 7
    assert last_written(run / "gone") == 0
