"""The choice: by hand-made outcomes, with ties, holes and failures."""

import json
from pathlib import Path
from typing import Any

import pytest

from transfer.sweep.choose import choose, main, read_tried

LR = "optim_wrapper.optimizer.lr"
CELL = {"suite": "s", "task": "coco", "method": "mae"}


def declare(points: int = 3, seeds: tuple[int, ...] = (0,)) -> dict[str, Any]:
    found = {"points": [{LR: float(n)} for n in range(1, points + 1)], "seeds": list(seeds)}
    options: dict[str, Any] = {"search_options": [], "select_data_options": []}
    return {**found, "select": "box_ap", **options}


def finished(point: int, score: float, seed: int = 0, **changes: Any) -> dict[str, Any]:
    run = {"schema": 1, "point": point, "seed": seed, "status": "finished", "score": score}
    run |= {"settings": {LR: float(point)}, "options": [], "select": "box_ap", "seconds": 2.5}
    run |= {"unit": "%", "higher_is_better": True, "selected_on": {"n_images": 5}}
    return run | changes


def ended(point: int, status: str, seed: int = 0) -> dict[str, Any]:
    error = {"diverged": "FloatingPointError", "failed": "RuntimeError"}[status]
    reason = {"status": status, "score": None, "error": error, "message": "why\nin full"}
    return finished(point, 0, seed) | reason


def test_the_best_wins_and_the_next_is_named() -> None:
    found = choose(declare(), [finished(1, 30.0), finished(2, 41.25), finished(3, 41.0)], CELL)
    assert found["chosen"] == {"point": 2, "settings": {LR: 2.0}, "score": 41.25}
    assert (
        found["why"] == "point 2 has the highest box_ap, 41.25 over seed 0; next is point 3 with 41"
    )
    assert (found["budget"], found["finished"], found["cell"]) == (3, 3, CELL)
    assert [run["score"] for run in found["tried"]] == [30.0, 41.25, 41.0]
    assert found["selected_on"] == {"n_images": 5}


def test_a_tie_goes_to_the_point_declared_first() -> None:
    found = choose(declare(), [finished(1, 3.0), finished(2, 4.0), finished(3, 4.0)], CELL)
    assert found["chosen"]["point"] == 2
    assert found["why"].endswith("; point 3 ties, and the one declared first is taken")


def test_the_lowest_wins_where_lower_is_better() -> None:
    runs = [finished(n, score, higher_is_better=False) for n, score in ((1, 3.0), (2, 2.0))]
    found = choose(declare(2), runs, CELL)
    assert found["chosen"]["point"] == 2
    assert "has the lowest box_ap" in found["why"]


def test_seeds_are_averaged() -> None:
    runs = [finished(1, 40.0, 0), finished(1, 10.0, 1), finished(2, 26.0, 0), finished(2, 26.0, 1)]
    found = choose(declare(2, (0, 1)), runs, CELL)
    assert found["chosen"] == {"point": 2, "settings": {LR: 2.0}, "score": 26.0}
    assert "26 over seeds 0, 1; next is point 1 with 25" in found["why"]


def test_a_setting_that_diverges_with_one_seed_is_not_chosen_for_its_other() -> None:
    runs = [finished(1, 90.0, 0), ended(1, "diverged", 1), finished(2, 1.0, 0), finished(2, 1.0, 1)]
    found = choose(declare(2, (0, 1)), runs, CELL)
    assert found["chosen"]["point"] == 2
    assert found["why"].endswith("no other finished with every seed")
    assert (found["budget"], found["finished"]) == (4, 3)


def test_what_failed_was_tried_and_is_listed_in_short() -> None:
    found = choose(declare(), [ended(1, "diverged"), ended(2, "failed"), finished(3, 0.0)], CELL)
    assert found["chosen"]["point"] == 3
    assert found["tried"][0] == {
        "point": 1,
        "seed": 0,
        "status": "diverged",
        "score": None,
        "seconds": 2.5,
        "error": "FloatingPointError",
        "message": "why",
    }


def test_where_nothing_finished_everything_tried_is_in_the_message() -> None:
    with pytest.raises(ValueError, match="no setting of mae on coco finished") as error:
        choose(declare(2), [ended(1, "diverged"), ended(2, "failed")], CELL)
    assert "point 1 seed 0 diverged (FloatingPointError: why)" in str(error.value)
    assert "point 2 seed 0 failed (RuntimeError: why)" in str(error.value)
    assert "python -m transfer.sweep SUITE.yaml --retry" in str(error.value)


def put(folder: Path, *runs: dict[str, Any]) -> Path:
    for run in runs:
        file = folder / f"point-{run['point']:02d}/seed{run['seed']}/tried.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(run))
    return folder


def test_outcomes_come_in_the_declared_order(tmp_path: Path) -> None:
    runs = [finished(n, 1.0, seed) for n in (2, 1) for seed in (5, 0)]
    found = read_tried(put(tmp_path, *runs), declare(2, (0, 5)))
    assert [(run["point"], run["seed"]) for run in found] == [(1, 0), (1, 5), (2, 0), (2, 5)]


def test_a_run_without_an_outcome_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"point-02/seed0/tried\.json is missing"):
        read_tried(put(tmp_path, finished(1, 1.0)), declare(2))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"points": [{LR: 9.0}]}, "settings"),
        ({"select": "mask_ap"}, "select"),
        ({"search_options": ["train_cfg.max_iters=9"]}, "options"),
    ],
)
def test_an_outcome_of_another_declaration_is_not_used(
    tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    put(tmp_path, finished(1, 1.0))
    with pytest.raises(ValueError, match=rf"was tried with other {what} \(.*delete it"):
        read_tried(tmp_path, {**declare(1), **changes})


def test_the_command_writes_the_choice_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, finished(1, 1.0), finished(2, 2.0))
    (tmp_path / "failure.json").write_text("{}")  # of an earlier attempt
    given = ["--cell", json.dumps(CELL), "--declared", json.dumps(declare(2))]
    assert main([str(tmp_path), *given]) == 0
    assert json.loads((tmp_path / "chosen.json").read_text())["chosen"]["point"] == 2
    assert not (tmp_path / "failure.json").exists()
    assert capsys.readouterr().out.startswith("point 2 has the highest box_ap")


def test_the_command_leaves_its_reason_where_it_cannot_choose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, ended(1, "diverged"), ended(2, "diverged"))
    given = ["--cell", json.dumps(CELL), "--declared", json.dumps(declare(2))]
    assert main([str(tmp_path), *given]) == 1
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "ValueError"
    assert "no setting of mae on coco finished" in failure["message"]
    assert failure["message"] in capsys.readouterr().err
    assert not (tmp_path / "chosen.json").exists()
