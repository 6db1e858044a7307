"""A suite's YAML says which runs are to be there; what it says wrongly is named."""

from pathlib import Path

import pytest

from reports.suite import Expected, read_suite

SUITES = Path(__file__).parents[2] / "transfer/suites"
SMALL = """
suite: small
seeds: [0, 3]
methods:
  random:
  mae: {config: a.py}
  theirs: {checkpoint: b.pth}
tokenizers:
  vq: {config: c.py}
tasks:
  coco: {package: mmdetection}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "suite.yaml"
    file.write_text(text)
    return file


def test_cells_and_the_trainings_before_them(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path, SMALL))
    assert (suite.name, suite.root) == ("small", Path("runs/small"))
    folders = [run.folder for run in suite.runs]
    assert folders[:2] == ["pretrain/mae", "pretrain/vq"]
    assert set(folders[2:]) == {
        f"coco/{method}/seed{seed}" for method in ("random", "mae", "theirs") for seed in (0, 3)
    }
    assert suite.runs[0] == Expected(
        "pretrain", "mae", None, "pretrain/mae", "logs/pretrain-mae.log"
    )
    assert suite.runs[3].log == "logs/coco-random-seed3.log"


@pytest.mark.parametrize("file", sorted(SUITES.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_suite_is_laid_out_as_its_workflow_does(file: Path) -> None:
    import yaml

    from transfer.suite import read_suite as read_workflow

    workflow = read_workflow(
        yaml.safe_load(file.read_text()) | {"data_root": "data"}, only_plan=True
    )
    suite = read_suite(file)
    assert (suite.name, suite.root) == (workflow.name, workflow.root)
    assert {(run.task, run.method, run.seed) for run in suite.runs} == {
        *(("pretrain", name, None) for name in workflow.trained),
        *(
            (task, method, seed)
            for task in workflow.tasks
            for method in workflow.methods
            for seed in workflow.seeds
        ),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is no YAML file: while parsing"),
        ("- a", r"is \['a'\], expected a suite"),
        ("", "is missing, expected a suite"),
        ("methods: {a: }", "suite is missing, expected its name"),
        ("suite: s", "methods is missing, expected names"),
        ("suite: s\nmethods: [a]", r"methods is \['a'\], expected names"),
        ("suite: s\nmethods: {1: }\ntasks: {a: }", "methods has 1, expected text: put the name in"),
        ("suite: s\nmethods: {a: b}\ntasks: {a: }", "methods.a is 'b', expected settings"),
        ("suite: s\nmethods: {a: }\ntasks: {a: }\nseeds: 3", "seeds is 3, expected a list"),
        ("suite: s\nmethods: {a: }\ntasks: {a: }\nseeds: [true]", r"seeds is \[True\]"),
        ("suite: s\nroot: 3", "root is 3, expected the folder"),
        ("suite: s\nmethods: {a: }\ntasks: {a: }\ntokenizers: [v]", "tokenizers is "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"suite.yaml:? .*{message}"):
        read_suite(written(tmp_path, text))


def test_a_suite_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.yaml cannot be read: No such file"):
        read_suite(tmp_path / "gone.yaml")


def test_where_its_runs_are_below_a_listed_folder(tmp_path: Path) -> None:
    suite = read_suite(written(tmp_path, f"{SMALL}\nroot: {tmp_path}/runs/small"))
    assert suite.folder_in(tmp_path / "runs") == tmp_path / "runs/small"
    assert suite.folder_in(tmp_path / "runs/small") == tmp_path / "runs/small"
    copied = tmp_path / "copied"
    (copied / "small").mkdir(parents=True)
    assert suite.folder_in(copied) == copied / "small"
    assert suite.folder_in(copied / "small") == copied / "small"
