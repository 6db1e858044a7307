"""A cell takes over the search run it is, and else trains with what was chosen."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from transfer.sweep.final import main

LR = "optim_wrapper.optimizer.lr"
NAMED = {"per_image": {"counts": "per_image.npz"}, "files": {"log": "logs/a.log"}}


@pytest.fixture
def searched(tmp_path: Path) -> Any:
    """A choice of point 2, whose run with seed 0 is there; returns its file."""

    def write(**declared: Any) -> Path:
        content = {
            "schema": 1,
            "kind": "sweep",
            "cell": {"method": "mae"},
            "declared": {"seeds": [0], "search_options": [], "select_data_options": [], **declared},
            "chosen": {"point": 2, "settings": {LR: 0.0001, "b": [1, 2]}},
            "why": "it is the best",
        }
        folder = tmp_path / "sweep/point-02/seed0"
        folder.mkdir(parents=True)
        record = {"metrics": {"a": 1}, "sweep": {"role": "search"}, **NAMED}
        (folder / "result.json").write_text(json.dumps(record))
        (folder / "per_image.npz").write_bytes(b"every picture")
        (folder / "logs").mkdir()
        (folder / "logs/a.log").write_bytes(b"every step")
        file = tmp_path / "sweep/chosen.json"
        file.write_text(json.dumps(content))
        return file

    return write


def test_the_search_run_is_taken_over_whole(searched: Any, tmp_path: Path) -> None:
    chosen, cell = searched(), tmp_path / "coco/mae/seed0"
    cell.mkdir(parents=True)
    (cell / "failure.json").write_text("{}")
    main([str(chosen), str(cell), "--seed", "0", "--", "false"])
    record = json.loads((cell / "result.json").read_text())
    assert record["metrics"] == {"a": 1}
    assert (cell / "per_image.npz").read_bytes() == b"every picture"
    assert (cell / "logs/a.log").read_bytes() == b"every step"
    sweep = record["sweep"]
    assert (sweep["role"], sweep["why"], sweep["chosen"]["point"]) == (
        *("chosen", "it is the best"),
        2,
    )
    assert not {"schema", "kind", "cell"} & sweep.keys()
    assert (cell / sweep["taken_from"]).resolve() == chosen.parent / "point-02/seed0"
    assert not (cell / "failure.json").exists()


def test_a_search_run_of_schema_1_is_taken_over_too(searched: Any, tmp_path: Path) -> None:
    chosen, cell = searched(), tmp_path / "coco/mae/seed0"
    source = chosen.parent / "point-02/seed0/result.json"
    source.write_text(json.dumps({"metrics": {"a": 1}, "per_image": "per_image.npz"}))
    main([str(chosen), str(cell), "--seed", "0", "--", "false"])
    assert (cell / "per_image.npz").read_bytes() == b"every picture"
    assert json.loads((cell / "result.json").read_text())["per_image"] == "per_image.npz"


def trained_with(chosen: Path, cell: Path, seed: int) -> list[str]:
    """The arguments that the training got."""
    code = "import sys; print('\\n'.join(sys.argv[1:]))"
    command = [sys.executable, "-m", "transfer.sweep.final", str(chosen), str(cell)]
    command += ["--seed", str(seed), "--", sys.executable, "-c", code, "--cfg-options", "c=3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, *arguments = done.stdout.splitlines()
    assert first.startswith("it is the best; training with")
    return arguments


def test_another_seed_is_trained_with_the_chosen_settings(searched: Any, tmp_path: Path) -> None:
    arguments = trained_with(searched(), tmp_path / "cell", 1)
    assert arguments == ["--cfg-options", "c=3", f"{LR}=0.0001", "b=[1,2]"]


@pytest.mark.parametrize("apart", ["search_options", "select_data_options"])
def test_a_search_that_ran_something_else_is_not_taken_over(
    searched: Any, tmp_path: Path, apart: str
) -> None:
    chosen = searched(**{apart: ["x.y=1"]})
    assert f"{LR}=0.0001" in trained_with(chosen, tmp_path / "cell", 0)


def test_without_the_searchs_record_the_cell_is_trained(searched: Any, tmp_path: Path) -> None:
    chosen = searched()
    (chosen.parent / "point-02/seed0/result.json").unlink()
    assert f"{LR}=0.0001" in trained_with(chosen, tmp_path / "cell", 0)


def test_a_run_of_an_earlier_declaration_with_more_seeds_is_not_taken_over(
    searched: Any, tmp_path: Path
) -> None:
    chosen = searched()
    (chosen.parent / "point-02/seed0").rename(chosen.parent / "point-02/seed1")
    assert f"{LR}=0.0001" in trained_with(chosen, tmp_path / "cell", 1)
