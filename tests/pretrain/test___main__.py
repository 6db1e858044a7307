"""Real runs: a whole one, killed and resumed ones, and ones that must stop and say why."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from backbones.shards.writer import write_shards
from pretrain.__main__ import main
from pretrain.checkpoint import read_checkpoint

Command = Callable[..., list[str]]


def weights(work_dir: Path, epoch: int) -> dict[str, Tensor]:
    state: dict[str, Tensor] = read_checkpoint(work_dir / f"epoch_{epoch}.pth")["state_dict"]
    return state


def assert_same(a: dict[str, Tensor], b: dict[str, Tensor]) -> None:
    assert a.keys() == b.keys()
    for name, tensor in a.items():
        assert torch.equal(tensor, b[name]), name


def log_of(work_dir: Path) -> str:
    return "".join(path.read_text() for path in sorted(work_dir.glob("*/*.log")))


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def whole(keep: Path, command: Command) -> Path:
    """One uninterrupted run, shared by the tests here."""
    work_dir = keep / "whole"
    if not work_dir.exists():
        main(command(work_dir))
    return work_dir


def test_a_run_leaves_its_record_figure_and_progress(whole: Path) -> None:
    record = json.loads((whole / "result.json").read_text())
    assert record["kind"] == "pretrain"
    expected = {"suite": "", "method": "mae-pixel-norm", "task": "pretrain", "seed": 0}
    assert record["cell"] == expected
    assert record["protocol"]["name"] == "demo/mae_pixel-norm"
    assert record["target"] == "pixel-norm"
    assert (record["schema"], record["per_image"]) == (2, {})
    assert all((whole / record["files"][role]).is_file() for role in ("config", "log"))
    assert record["metrics"]["loss"]["value"] > 0
    assert record["data"]["n_train"] == record["n_images"] == 10
    assert [point[0] for point in record["curves"]["loss"]] == list(range(1, 9))
    assert (whole / record["figures"][0]).exists()
    log = log_of(whole)
    assert "learning rate 3.13e-05 = base_lr 0.002 x 4 / 256" in log
    assert "eta: " in log
    assert "images_per_s: " in log
    assert len(list(whole.glob("epoch_*.pth"))) == 3  # the last few are kept


def test_the_same_command_gives_the_same_weights(
    whole: Path, tmp_path: Path, command: Command
) -> None:
    main(command(tmp_path, workers=1, save_interval=4))
    assert_same(weights(tmp_path, 4), weights(whole, 4))
    main(command(tmp_path / "seed", "--seed", "1", save_interval=4))
    assert not torch.equal(
        weights(tmp_path / "seed", 4)["cls_token"], weights(whole, 4)["cls_token"]
    )


def test_a_killed_run_resumes_to_the_same_weights(
    whole: Path, tmp_path: Path, command: Command
) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = subprocess.Popen(
        [sys.executable, "-m", "pretrain", *command(tmp_path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not (tmp_path / "epoch_2.pth").exists() and run.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        run.send_signal(signal.SIGKILL)  # maybe half way through writing epoch_2.pth
        run.wait()
    newest = max(tmp_path.glob("epoch_*.pth"), key=lambda path: path.name)
    newest.write_bytes(newest.read_bytes()[:-100])  # certainly half written
    (tmp_path / "result.json").unlink(missing_ok=True)
    with pytest.warns(UserWarning, match=f"{newest.name} is only half written"):
        main(command(tmp_path, "--resume"))
    assert_same(weights(tmp_path, 4), weights(whole, 4))
    curves = [
        json.loads((folder / "result.json").read_text())["curves"]["loss"]
        for folder in (tmp_path, whole)
    ]
    assert curves[0] == curves[1]


def test_a_finished_run_is_left_alone(
    whole: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (whole / "result.json").stat().st_mtime_ns
    main(command(whole, "--resume"))
    assert "is finished: its result.json is complete" in capsys.readouterr().out
    assert (whole / "result.json").stat().st_mtime_ns == before


def test_a_second_run_does_not_mix_with_the_first(whole: Path, command: Command) -> None:
    with pytest.raises(SystemExit, match=r"already holds a run \(epoch_4.pth\); continue it"):
        main(command(whole))


def unfinished(whole: Path, work_dir: Path) -> Path:
    """The run as it was when killed in its last epoch."""
    work_dir.mkdir()
    (work_dir / "epoch_3.pth").write_bytes((whole / "epoch_3.pth").read_bytes())
    return work_dir


def test_a_checkpoint_of_another_recipe_is_not_continued(
    whole: Path, tmp_path: Path, command: Command
) -> None:
    work_dir = unfinished(whole, tmp_path / "run")
    message = "another recipe: epochs 4, now 5; .*--restart-if-changed"
    with pytest.raises(SystemExit, match=message):
        main(command(work_dir, "--resume", epochs=5))
    failure = json.loads((work_dir / "failure.json").read_text())
    assert "another recipe" in failure["message"]
    with pytest.raises(SystemExit, match=message):  # finished is not finished with this one
        main(command(whole, "--resume", epochs=5))
    assert not (whole / "failure.json").exists()


def test_a_changed_run_begins_again_beside_the_old_one(
    whole: Path, tmp_path: Path, command: Command
) -> None:
    work_dir = unfinished(whole, tmp_path / "run")
    main(command(work_dir, "--resume", "--restart-if-changed", epochs=2))
    record = json.loads((work_dir / "result.json").read_text())
    assert (record["epochs"], record["timing"]["resumed_at"]) == (2, 0)
    assert [path.name for path in (tmp_path / "run.old-1").iterdir()] == ["epoch_3.pth"]
    assert "epochs 4, now 2" in log_of(work_dir)
    assert f"moved to {tmp_path}/run.old-1" in log_of(work_dir)
    main(command(work_dir, "--resume", "--restart-if-changed", epochs=2))  # finished: stays
    assert not (tmp_path / "run.old-2").exists()


def test_restarting_is_for_runs_that_would_be_resumed(tmp_path: Path, command: Command) -> None:
    with pytest.raises(SystemExit):
        main(command(tmp_path, "--restart-if-changed"))


def test_weights_resume_completely_or_not_at_all(
    whole: Path, tmp_path: Path, command: Command
) -> None:
    work_dir = unfinished(whole, tmp_path / "run")
    content = torch.load(work_dir / "epoch_3.pth", weights_only=False)
    del content["state_dict"]["blocks.1.norm2.bias"]
    torch.save(content, work_dir / "epoch_3.pth")
    with pytest.raises(RuntimeError, match=r"missing keys.*blocks\.1\.norm2\.bias"):
        main(command(work_dir, "--resume"))


def test_a_run_that_dies_before_its_first_step_leaves_its_reason(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    try:
        main(command(tmp_path, batch_size=1000))
    except ValueError:
        sys.excepthook(*sys.exc_info())  # as the interpreter does
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "ValueError"
    assert "10 pictures do not fill one batch of 1000" in failure["message"]
    main(command(tmp_path, epochs=2))
    assert not (tmp_path / "failure.json").exists()


def test_accumulation_takes_one_step_a_batch(tmp_path: Path, command: Command) -> None:
    main(command(tmp_path, device_batch_size=2, epochs=2, save_interval=2))
    assert "1 processes x 2 pictures x 2 accumulated" in log_of(tmp_path)
    steps = read_checkpoint(tmp_path / "epoch_2.pth")["optimizer"]["state"][0]["step"]
    assert steps == 4  # 2 epochs of 2 whole batches


def test_bf16_runs(tmp_path: Path, command: Command) -> None:
    main(command(tmp_path, "--amp", epochs=2))
    assert "type='Bf16OptimWrapper'" in next(tmp_path.glob("*.py")).read_text()
    assert (tmp_path / "result.json").exists()


def test_the_supervised_baseline_averages_validates_and_resumes(
    pictures: Path, tmp_path: Path, command: Command
) -> None:
    options: dict[str, Any] = {"config": "supervised", "val_root": pictures, "val_interval": 2}
    options["workers"] = 1  # kept from epoch to epoch, and new after a resume
    main(command(tmp_path / "a", **options))
    record = json.loads((tmp_path / "a" / "result.json").read_text())
    assert 0 <= record["metrics"]["top1"]["value"] <= 100
    assert record["target"] == "labels"
    (tmp_path / "b").mkdir()
    name = "epoch_2.pth"
    (tmp_path / "b" / name).write_bytes((tmp_path / "a" / name).read_bytes())
    main(command(tmp_path / "b", "--resume", **options))
    assert_same(weights(tmp_path / "b", 4), weights(tmp_path / "a", 4))
    states = [read_checkpoint(tmp_path / run / "epoch_4.pth") for run in "ab"]
    assert_same(*(state["ema_state_dict"] for state in states))


def test_a_corrupt_picture_is_named_once_and_training_goes_on(
    pictures: Path, tmp_path: Path, command: Command
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for i, path in enumerate(sorted(pictures.rglob("*.png"))):
        (data / f"{i}.png").write_bytes(path.read_bytes()[: 40 if i == 3 else None])
    main(command(tmp_path / "run", data_root=data, batch_size=10))
    log = log_of(tmp_path / "run")
    assert log.count("skipped 3.png: it cannot be read as a picture") == 1
    assert "1 pictures could not be read and took no part" in log
    assert (tmp_path / "run" / "result.json").exists()


def test_an_empty_folder_ends_with_one_clear_line(tmp_path: Path, command: Command) -> None:
    with pytest.raises(SystemExit, match=f"no pictures .* in or below {tmp_path}"):
        main(command(tmp_path / "run", data_root=tmp_path))
    assert "no pictures" in json.loads((tmp_path / "run/failure.json").read_text())["message"]


def test_a_launcher_that_launched_nothing_ends_with_one_clear_line(
    tmp_path: Path, command: Command
) -> None:
    with pytest.raises(SystemExit, match=r"--launcher pytorch without WORLD_SIZE .* by torchrun"):
        main(command(tmp_path, "--launcher", "pytorch"))


def test_a_loss_that_is_no_number_stops_and_is_recorded(tmp_path: Path, command: Command) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pretrain"),
            *command(tmp_path, base_lr=1e30, log_interval=1, epochs=50),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "FloatingPointError: the loss is nan at iteration" in run.stderr
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "FloatingPointError"
    assert "batch: " in failure["message"]
    assert ".png" in failure["message"]
    assert not (tmp_path / "result.json").exists()


def test_a_run_from_shards_decoded_at_scale(
    command: Callable[..., list[str]], pictures: Path, tmp_path: Path
) -> None:
    write_shards(pictures, tmp_path / "shards", 4)
    index, folder = tmp_path / "shards" / "index.json", tmp_path / "run"
    options = {"epochs": 2, "batch_size": 8, "save_iterations": 1, "decoding": "scaled"}
    main(command(folder, data_root=index, **options))
    record = json.loads((folder / "result.json").read_text())
    assert record["n_images"] == 10
    assert record["data"]["name"] == "shards"
    assert 0 <= record["timing"]["data_wait_share"] <= 1
    assert (folder / "iter_2.pth").exists()
