"""What the record says of how its settings were found, in real runs."""

import json
from pathlib import Path
from typing import Any

LR = "optim_wrapper.optimizer.lr"


def record(runner: Any) -> Any:
    return json.loads((Path(runner.work_dir) / "result.json").read_text())


def test_a_search_run_says_so_and_its_protocol_is_the_others(run: Any) -> None:
    options = {LR: 1e-3, "cell.tuned": [LR], "cell.search": 3}
    found = record(run("ade20k/toy", **options))
    assert found["sweep"] == {"role": "search", "point": 3}
    assert found["protocol"]["tuned"] == {LR: 1e-3}
    assert found["cell"].keys() == {"suite", "method", "task", "seed"}


def test_a_chosen_run_carries_all_that_was_tried(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "chosen.json"
    content = {"schema": 1, "kind": "sweep", "cell": {}, "chosen": {"point": 1}, "tried": [1, 2]}
    file.write_text(json.dumps(content))
    found = record(run("ade20k/toy", **{"cell.chosen": str(file)}))
    assert found["sweep"] == {"role": "chosen", "chosen": {"point": 1}, "tried": [1, 2]}
    assert found["cell"].keys() == {"suite", "method", "task", "seed"}


def test_a_fixed_run_has_no_such_block(run: Any) -> None:
    assert "sweep" not in record(run("ade20k/toy"))
