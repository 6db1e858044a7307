"""The workflow's plan: every cell once, what is finished not again, mistakes named."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from transfer.toy.write import VERSION

ROOT = Path(__file__).parents[2]
CELLS = [
    f"{task}/{method}/seed0"
    for task in ("coco", "ade20k")
    for method in ("random", "supervised", "mae-pixel", "mae-pixel-norm")
]


def snakemake(
    suite: str | Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    file = suite if isinstance(suite, Path) else f"transfer/suites/{suite}.yaml"
    return subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "-s", "transfer/Snakefile", "--cores", "2"),
            *("--configfile", str(file), *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def plan(suite: str | Path, *config: str) -> subprocess.CompletedProcess[str]:
    return snakemake(suite, "-n", "--config", *config)


@pytest.mark.parametrize(("suite", "trained"), [("demo", 5), ("mini", 8), ("paper", 4)])
def test_a_plan_has_every_cell_and_runs_nothing(suite: str, trained: int, tmp_path: Path) -> None:
    done = plan(suite, f"root={tmp_path}", "data_root=somewhere")
    assert done.returncode == 0, done.stdout + done.stderr
    planned = done.stdout + done.stderr
    for cell in CELLS:
        assert f"output: {tmp_path}/{cell}/result.json" in planned
    assert planned.count("rule pretrain:") == planned.count("rule export:") == trained
    assert list(tmp_path.iterdir()) == []


def test_what_is_finished_is_not_planned_again(tmp_path: Path) -> None:
    (tmp_path / f".toy-ready-v{VERSION}").touch()
    cells = tmp_path / "coco/random/seed0/result.json"
    cells.parent.mkdir(parents=True)
    cells.touch()
    done = plan("demo", f"root={tmp_path}")
    planned = done.stdout + done.stderr
    assert f"output: {tmp_path}/coco/supervised/seed0/result.json" in planned
    assert f"output: {tmp_path}/coco/random/seed0/result.json" not in planned
    assert "rule toy:" not in planned


def test_tokenizers_are_trained_before_what_predicts_their_tokens(tmp_path: Path) -> None:
    done = plan("demo", f"root={tmp_path}", "--printshellcmds")
    planned = (done.stdout + done.stderr).split("rule pretrain:")
    exports = f"{tmp_path}/exports"
    (token,) = [job for job in planned if f"output: {tmp_path}/pretrain/mae-percep" in job]
    assert f"{exports}/perceptual-vq.pth" in token.split("output:")[0]
    assert f"model.target.tokenizer={exports}/perceptual-vq.pth" in token
    (tokenizer,) = [job for job in planned if f"output: {tmp_path}/pretrain/percep" in job]
    assert f"{exports}/mae-pixel-norm.pth" in tokenizer.split("output:")[0]
    assert f"model.perceptual={exports}/mae-pixel-norm.pth" in tokenizer


def test_toy_scenes_of_an_older_version_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / f".toy-ready-v{VERSION - 1}").touch()
    planned = plan("demo", f"root={tmp_path}").stdout
    assert "rule toy:" in planned
    assert " --replace " in planned


def touch(path: Path, *, seconds_ago: float = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time.time() - seconds_ago,) * 2)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A suite of one pretrained method and two tasks, each with a config on a base."""
    for name in ("pretrain", "coco", "ade20k"):
        (tmp_path / f"{name}.py").write_text(f'_base_ = ["./{name}_base.py"]')
        touch(tmp_path / f"{name}_base.py", seconds_ago=200)
        touch(tmp_path / f"{name}.py", seconds_ago=200)
    tasks = {"coco": "mmdetection", "ade20k": "mmsegmentation"}
    suite: dict[str, Any] = {
        "suite": "small",
        "root": str(tmp_path / "runs"),
        "data_root": str(tmp_path),
        "pictures": ".",
        "methods": {"mae": {"config": str(tmp_path / "pretrain.py")}, "random": None},
        "tasks": {
            task: {"package": package, "config": str(tmp_path / f"{task}.py"), "data": "."}
            for task, package in tasks.items()
        },
    }
    path = tmp_path / "suite.yaml"
    path.write_text(yaml.safe_dump(suite))
    return path


def finish(root: Path) -> None:
    """All outputs, newer than the configs."""
    cells = [f"{task}/{m}/seed0" for task in ("coco", "ade20k") for m in ("mae", "random")]
    outputs = ["pretrain/mae/result.json", "exports/mae.pth"]
    outputs += [*(f"{cell}/result.json" for cell in cells), "report/index.html"]
    for name in outputs:
        touch(root / name, seconds_ago=100)


def rules(planned: str) -> list[str]:
    """Planned jobs, but for the target `all`."""
    names = [line.removeprefix("rule ") for line in planned.splitlines() if line[:5] == "rule "]
    return sorted(name.rstrip(":") for name in names if name != "all:")


def test_an_edited_base_config_makes_anew_what_depends_on_it(small: Path, tmp_path: Path) -> None:
    finish(tmp_path / "runs")
    assert rules(plan(small, "threads=1").stdout) == []
    touch(tmp_path / "coco_base.py")
    planned = plan(small, "threads=1").stdout
    assert rules(planned) == ["report", "transfer", "transfer"]
    assert f"output: {tmp_path}/runs/ade20k" not in planned
    touch(tmp_path / "coco_base.py", seconds_ago=200)
    touch(tmp_path / "pretrain_base.py")
    planned = plan(small, "threads=1").stdout
    assert rules(planned) == ["export", "pretrain", "report", "transfer", "transfer"]
    assert " --resume --restart-if-changed " in planned


# In place of `mim train PACKAGE CONFIG … --work-dir DIR …`: COCO fails, ADE20K leaves a record.
MIM = """#!{python}
import json, sys
from pathlib import Path
arguments = sys.argv[1:]
folder = Path(arguments[arguments.index("--work-dir") + 1])
if "mmdetection" in arguments:
    failure = dict(schema=1, error="RuntimeError", message="the coffee is out", when="now")
    (folder / "failure.json").write_text(json.dumps(failure))
    sys.exit(1)
metric = dict(value=40.0, unit="%", higher_is_better=True)
record = dict(
    schema=1, kind="transfer", metrics=dict(miou=metric), limited=False, n_images=5,
    cell=dict(suite="small", method="random", task="ade20k", seed=0),
    protocol=dict(name="ade20k/toy", sha256="ab"), data=dict(name="toy", manifest_sha256="12"),
)
(folder / "result.json").write_text(json.dumps(record))
"""


def test_a_suite_with_a_failed_cell_has_a_page_that_says_why(small: Path, tmp_path: Path) -> None:
    content = yaml.safe_load(small.read_text())
    small.write_text(yaml.safe_dump({**content, "methods": {"random": None}}))
    mim = tmp_path / "bin" / "mim"
    mim.parent.mkdir()
    mim.write_text(MIM.format(python=sys.executable))
    mim.chmod(0o755)
    path = os.pathsep.join([str(mim.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    done = snakemake(small, PATH=path)
    assert done.returncode != 0
    page = tmp_path / "runs/report/index.html"
    assert f"{page} holds what finished, and why the others failed" in done.stderr
    assert "the coffee is out" in page.read_text()
    assert "40.0" in page.read_text()

    record = json.loads((tmp_path / "runs/ade20k/random/seed0/result.json").read_text())
    record["cell"]["task"], record["metrics"] = "coco", {"box_ap": record["metrics"]["miou"]}
    (tmp_path / "runs/coco/random/seed0/result.json").write_text(json.dumps(record))
    assert rules(plan(small, "threads=1").stdout) == ["report"]  # not the page of the failure


def test_a_suite_without_its_data_says_which_option_gives_them() -> None:
    done = plan("mini", "seeds=[0]")
    assert done.returncode != 0
    assert "--config data_root=PATH" in done.stdout + done.stderr


def test_a_methods_own_settings_are_given_and_named(tmp_path: Path) -> None:
    done = plan("paper", f"root={tmp_path}", "data_root=somewhere", "--printshellcmds")
    commands = [line for line in (done.stdout + done.stderr).splitlines() if "mim train" in line]
    (own,) = [line for line in commands if "cell.tuned" in line]
    assert "cell.method=random cell.task=coco" in own
    keys = "optim_wrapper.optimizer.lr,optim_wrapper.optimizer.weight_decay,schedule.epochs"
    assert f"cell.tuned=[{keys}]" in own
    assert all(f" {key}=" in own for key in keys.split(","))
