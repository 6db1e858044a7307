"""A suite with a search: its plan, a real miniature of it, and one that fails everywhere."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LR = "optim_wrapper.optimizer.lr"
WEIGHTS = "pretrain/configs/demo/mae_pixel.py"


def snakemake(suite: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "snakemake", "-s", "transfer/Snakefile", "--cores", "2"]
    return subprocess.run(
        [*command, "--configfile", str(suite), *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def read(file: Path) -> Any:
    return json.loads(file.read_text())


@pytest.fixture
def write(tmp_path: Path, toy: Path) -> Any:
    """A suite of ADE20K in miniature with two settings, the first of which diverges at once."""

    def suite(methods: dict[str, Any], **changes: Any) -> Path:
        content = {
            "suite": "small",
            "root": str(tmp_path / "runs"),
            "data_root": str(toy),
            "pictures": "imagenet/train",
            "methods": methods,
            "tasks": {
                "ade20k": {
                    "package": "mmsegmentation",
                    "config": "transfer/configs/ade20k/toy.py",
                    "data": "ade20k",
                    "options": ["train_cfg.max_iters=2", "custom_hooks.0.interval=1"],
                }
            },
            "sweep": {"ade20k": {"grid": {LR: ["1e30", 1.0e-3]}}},
        }
        path = tmp_path / "suite.yaml"
        path.write_text(yaml.safe_dump({**content, **changes}))
        return path

    return suite


def jobs(planned: str) -> dict[str, int]:
    """Snakemake's own count of the jobs of each rule."""
    table = planned.split("Job stats:")[1].split("total")[0].split()
    return {name: int(count) for name, count in zip(table[4::2], table[5::2], strict=True)}


def test_the_plan_has_every_search_run_and_says_how_many(tmp_path: Path) -> None:
    done = snakemake(ROOT / "transfer/suites/demo_sweep.yaml", "-n", "--config", f"root={tmp_path}")
    planned = done.stdout + done.stderr
    assert done.returncode == 0, planned
    counts = {"search": 12, "choose": 3, "transfer": 6, "pretrain": 2}
    assert jobs(planned).items() >= counts.items()
    assert "in all 12 search runs and 6 cells" in planned
    for method in ("random", "supervised", "mae-pixel-norm"):
        for point in (1, 2, 3, 4):
            run = f"{tmp_path}/sweep/coco/{method}/point-{point:02d}/seed0/tried.json"
            assert f"output: {run}" in planned
    assert "/sweep/ade20k" not in planned
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_search_ends_in_cells_with_the_settings_it_chose(write: Any, tmp_path: Path) -> None:
    weights = tmp_path / "mae.pth"
    export = [sys.executable, "-m", "pretrain.export", WEIGHTS, str(weights)]
    subprocess.run(export, cwd=ROOT, check=True, capture_output=True)
    done = snakemake(write({"random": None, "mine": {"checkpoint": str(weights)}}))
    assert done.returncode == 0, done.stdout + done.stderr
    runs = tmp_path / "runs"
    for method in ("random", "mine"):
        chosen = read(runs / f"sweep/ade20k/{method}/chosen.json")
        assert [run["status"] for run in chosen["tried"]] == ["diverged", "finished"]
        record = read(runs / f"ade20k/{method}/seed0/result.json")
        assert record["protocol"]["tuned"] == {LR: 1e-3} == record["sweep"]["chosen"]["settings"]
        assert record["sweep"]["chosen"]["score"] == record["metrics"]["miou"]["value"]
        assert (record["sweep"]["budget"], record["sweep"]["finished"]) == (2, 1)
        assert (runs / f"ade20k/{method}/seed0" / record["per_image"]["counts"]).is_file()
    page = (runs / "report/report.md").read_text()
    assert "every row is the best of 2 settings by mIoU" in page
    assert "| mine | 1 | 1e+30 | – | diverged |" in page
    assert "Left out" not in page
    assert "Failed runs" not in page


# In place of `mim train …`: a search run dies as its learning rate says, or leaves a record.
MIM = """#!{python}
import json, sys
from pathlib import Path
given = dict(option.split("=", 1) for option in sys.argv[1:] if "=" in option)
folder = Path(sys.argv[sys.argv.index("--work-dir") + 1])
lr, seed = float(given["optim_wrapper.optimizer.lr"]), int(given["randomness.seed"])
if lr > 1:
    reason = dict(schema=1, error="FloatingPointError", message="the loss is nan", when="now")
    (folder / "failure.json").write_text(json.dumps(reason))
    sys.exit(1)
if "cell.search" in given:
    sweep = dict(role="search", point=int(given["cell.search"]))
else:
    sweep = dict(role="chosen", **json.loads(Path(given["cell.chosen"]).read_text()))
score = dict(value=40.0 + lr, unit="%", higher_is_better=True)
record = dict(
    schema=1, kind="transfer", metrics=dict(miou=score), limited=False, n_images=5, sweep=sweep,
    cell=dict(suite="small", method=given["cell.method"], task="ade20k", seed=seed),
    protocol=dict(name="ade20k/toy", sha256="ab", tuned={{"optim_wrapper.optimizer.lr": lr}}),
    data=dict(name="toy", manifest_sha256="12"),
)
(folder / "result.json").write_text(json.dumps(record))
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    mim = tmp_path / "bin/mim"
    mim.parent.mkdir()
    mim.write_text(MIM.format(python=sys.executable))
    mim.chmod(0o755)
    return os.pathsep.join([str(mim.parent), str(Path(sys.executable).parent), os.environ["PATH"]])


def test_seeds_beyond_the_searchs_are_trained_with_its_choice(
    write: Any, path: str, tmp_path: Path
) -> None:
    suite = write({"random": None}, seeds=[0, 1])
    done = snakemake(suite, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    first, second = (
        read(tmp_path / f"runs/ade20k/random/seed{seed}/result.json") for seed in (0, 1)
    )
    assert first["sweep"].pop("taken_from").endswith("point-02/seed0")
    assert second["cell"]["seed"] == 1
    assert first["protocol"] == second["protocol"]
    assert first["sweep"]["tried"] == second["sweep"]["tried"]
    row = "| random init | 2 | 40.0 ± 0.0 |"
    assert row in (tmp_path / "runs/report/report.md").read_text()

    # one more setting: only its run, the choice and what hangs on it are done again
    wider = write({"random": None}, seeds=[0, 1],
                  sweep={"ade20k": {"grid": {LR: ["1e30", 1.0e-3, 2.0e-3]}}})  # fmt: skip
    planned = jobs(snakemake(wider, "-n", PATH=path).stdout)
    assert planned == {"search": 1, "choose": 1, "transfer": 2, "report": 1, "all": 1}


def test_where_every_setting_fails_the_method_says_so_and_the_others_finish(
    write: Any, path: str, tmp_path: Path
) -> None:
    other = {"checkpoint": str(tmp_path / "suite.yaml")}
    suite = write({"random": None, "other": other}, sweep={"ade20k": {"grid": {LR: [2.0, 3.0]}}})
    done = snakemake(suite, PATH=path)
    assert done.returncode != 0
    runs = tmp_path / "runs"
    assert not (runs / "ade20k/random").exists() or not list(
        (runs / "ade20k/random").rglob("*.json")
    )
    failure = read(runs / "sweep/ade20k/random/failure.json")
    assert "no setting of random on ade20k finished with every seed, out of 2" in failure["message"]
    assert "point 2 seed 0 diverged (FloatingPointError: the loss is nan)" in failure["message"]
    assert "no setting of random" in (runs / "logs/sweep-ade20k-random.log").read_text()
