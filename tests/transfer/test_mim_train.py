"""The commands users run, as they run them: `mim train` and `mim test`, in miniature."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHORT = ["train_cfg.max_iters=3", "train_dataloader.batch_size=2", "val_dataloader.batch_size=5"]
SIZES = {"coco": "mmdetection", "ade20k": "mmsegmentation"}
# What the code base logs, rounded; what the record calls it, in percent; how many percent one is.
LOGGED = {"coco": ("coco/bbox_mAP_50", "box_ap50", 100), "ade20k": ("aAcc", "aacc", 1)}


def mim(*arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "mim", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", SIZES)
def test_mim_train_leaves_a_record_and_mim_test_finds_its_numbers(
    task: str, toy: Path, tmp_path: Path
) -> None:
    config = f"transfer/configs/{task}/toy.py"
    options = ["--cfg-options", f"data_root={toy / task}"]
    where = ["--work-dir", str(tmp_path), *options]
    done = mim("train", SIZES[task], config, *where, *SHORT, "randomness.seed=1")
    assert done.returncode == 0, done.stderr[-3000:]
    record = json.loads((tmp_path / "result.json").read_text())
    assert record["cell"] == {"suite": "adhoc", "method": "random", "task": task, "seed": 1}
    assert record["n_images"] == 5
    for name in [*record["per_image"].values(), *record["files"].values()]:
        assert (tmp_path / name).is_file(), name
    assert record["files"].keys() == {"config", "log"}
    assert len(record["curves"]["loss"]) == 3
    assert record["timing"]["images_per_second"] > 0
    assert not (tmp_path / "failure.json").exists()

    checkpoint, again = ["--checkpoint", str(tmp_path / "iter_3.pth")], tmp_path / "again"
    done = mim("test", SIZES[task], config, *checkpoint, "--work-dir", str(again), *options)
    assert done.returncode == 0, done.stderr[-3000:]
    (found,) = [json.loads(log.read_text()) for log in again.glob("*/*.json")]
    logged, name, percent = LOGGED[task]
    assert percent * found[logged] == pytest.approx(record["metrics"][name]["value"], abs=0.06)


@pytest.mark.slow
def test_a_run_with_unusable_weights_says_so_and_leaves_its_reason(
    toy: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"no checkpoint")
    done = mim(
        *("train", "mmsegmentation", "transfer/configs/ade20k/toy.py"),
        *("--work-dir", str(tmp_path), "--cfg-options", f"data_root={toy / 'ade20k'}", *SHORT),
        f"model.backbone.init_cfg.checkpoint={weights}",
    )
    assert done.returncode != 0
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert "weights.pth" in failure["message"]
    assert not (tmp_path / "result.json").exists()
