"""The workflow's plan: every cell once, what is finished not again, mistakes named."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CELLS = [
    f"{task}/{method}/seed0"
    for task in ("coco", "ade20k")
    for method in ("random", "supervised", "mae-pixel", "mae-pixel-norm")
]


def plan(suite: str, *config: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "-s", "transfer/Snakefile", "--cores", "2", "-n"),
            *("--configfile", f"transfer/suites/{suite}.yaml", "--config", *config),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("suite", ["demo", "mini", "paper"])
def test_a_plan_has_every_cell_and_runs_nothing(suite: str, tmp_path: Path) -> None:
    done = plan(suite, f"root={tmp_path}", "data_root=somewhere")
    assert done.returncode == 0, done.stdout + done.stderr
    planned = done.stdout + done.stderr
    for cell in CELLS:
        assert f"output: {tmp_path}/{cell}/result.json" in planned
    assert planned.count("rule pretrain:") == planned.count("rule export:") == 3
    assert list(tmp_path.iterdir()) == []


def test_what_is_finished_is_not_planned_again(tmp_path: Path) -> None:
    (tmp_path / ".toy-ready").touch()
    cells = tmp_path / "coco/random/seed0/result.json"
    cells.parent.mkdir(parents=True)
    cells.touch()
    done = plan("demo", f"root={tmp_path}")
    planned = done.stdout + done.stderr
    assert f"output: {tmp_path}/coco/supervised/seed0/result.json" in planned
    assert f"output: {tmp_path}/coco/random/seed0/result.json" not in planned
    assert "rule toy:" not in planned


def test_a_suite_without_its_data_says_which_option_gives_them() -> None:
    done = plan("mini", "seeds=[0]")
    assert done.returncode != 0
    assert "--config data_root=PATH" in done.stdout + done.stderr
