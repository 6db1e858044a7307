"""One option moves the data, half a checkpoint stops a run, and a run that dies says why."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import mmseg
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import RUNNERS, DefaultScope

from transfer.runner import TransferRunner, follow_data_root, replace_root

ROOT = Path(__file__).parents[2]
TEST_SCRIPT = Path(mmseg.__file__).parent / ".mim/tools/test.py"


def config(root: Path | None) -> Config:
    return Config(
        {
            "data_root": str(root) if root else "data/coco",
            "paths_root": "data/coco",
            "train_dataloader": {"dataset": {"dataset": {"data_root": "data/coco"}}},
            "val_dataloader": {"dataset": {"data_root": "/elsewhere"}},
            "val_evaluator": {"ann_file": "data/coco/annotations/val.json"},
        }
    )


def test_paths_follow_data_root_at_any_depth(tmp_path: Path) -> None:
    cfg = config(tmp_path)
    follow_data_root(cfg)
    assert cfg.train_dataloader.dataset.dataset.data_root == str(tmp_path)
    assert cfg.val_evaluator.ann_file == f"{tmp_path}/annotations/val.json"


def test_a_path_given_by_hand_is_left_alone(tmp_path: Path) -> None:
    cfg = config(tmp_path)
    follow_data_root(cfg)
    assert cfg.val_dataloader.dataset.data_root == "/elsewhere"


def test_a_root_that_is_no_folder_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--cfg-options data_root=PATH"):
        follow_data_root(config(tmp_path / "nowhere"))


def test_a_name_that_only_begins_like_the_root_is_another_folder() -> None:
    assert replace_root("data/coco-mini/x", "data/coco", "new") == "data/coco-mini/x"
    assert replace_root(("data/coco",), "data/coco", "new") == ("new",)


def test_a_run_that_dies_before_training_leaves_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    (tmp_path / "failure.json").write_text("{}")
    cfg = config(tmp_path / "nowhere")
    cfg.work_dir = str(tmp_path)
    try:
        TransferRunner.from_cfg(cfg)
    except FileNotFoundError:
        sys.excepthook(*sys.exc_info())
    failure = json.loads((tmp_path / "failure.json").read_text())
    assert failure["error"] == "FileNotFoundError"
    assert "data_root" in failure["message"]


@pytest.fixture
def half(run, tmp_path: Path) -> Path:
    """A checkpoint of a whole run, and one without the last tensor of its backbone."""
    whole = Path(run("ade20k/toy").work_dir) / "iter_2.pth"
    checkpoint = torch.load(whole, weights_only=False)
    del checkpoint["state_dict"]["backbone.blocks.3.mlp.fc2.bias"]
    torch.save(checkpoint, tmp_path / "half.pth")
    return tmp_path / "half.pth"


def test_half_a_checkpoint_is_neither_fine_tuned_nor_tested(
    run, half: Path, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `mim test mmsegmentation` runs it: by a script that does not look at `runner_type`."""
    message = r"(?s)missing keys.*blocks\.3\.mlp\.fc2\.bias"
    with pytest.raises(RuntimeError, match=message):
        run("ade20k/toy", load_from=str(half))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setenv("LOCAL_RANK", "0")  # the script sets it
    config, options = ROOT / "transfer/configs/ade20k/toy.py", f"data_root={toy}/ade20k"
    arguments = [str(config), str(half), "--work-dir", str(tmp_path), "--cfg-options", options]
    monkeypatch.setattr(sys, "argv", ["test.py", *arguments])
    with pytest.raises(RuntimeError, match=message):
        runpy.run_path(str(TEST_SCRIPT), run_name="__main__")


SCHEDULE = """
_base_ = {base!r}
schedule = dict(batch=8, iters=8, warmup_iters=2, val_iters=8, rescale="linear")
train_cfg = dict(max_iters=8, val_interval=8)
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-2, by_epoch=False, begin=0, end=2),
    dict(type="PolyLR", power=1.0, eta_min=0.0, by_epoch=False, begin=0),
]
"""


def test_a_run_at_another_batch_follows_its_schedule_says_so_and_resumes(
    toy: Path, tmp_path: Path
) -> None:
    """The file states 8 steps of 8 pictures at 4e-3; here are steps of 4."""
    file = tmp_path / "scheduled.py"
    file.write_text(SCHEDULE.format(base=str(ROOT / "transfer/configs/ade20k/toy.py")))

    def start(**options: object) -> TransferRunner:
        cfg = Config.fromfile(file)
        cfg.work_dir, cfg.data_root = str(tmp_path / "work"), str(toy / "ade20k")
        cfg.merge_from_dict(
            {
                "train_dataloader.batch_size": 4,
                "schedule.iters": 2,
                "default_hooks.checkpoint.interval": 2,
                "default_hooks.checkpoint.max_keep_ckpts": 9,
                "experiment_name": tmp_path.name,
                **options,
            }
        )
        runner = RUNNERS.build(cfg)
        runner.train()
        return runner

    try:
        first = start()
        assert first.max_iters == 4
        assert first.optim_wrapper.param_groups[-1]["initial_lr"] == 2e-3
        (log,) = (tmp_path / "work").glob("*/*.log")
        assert (
            "schedule.iters 8 → 2, batch 8 → 4 (rule: linear): train_cfg.max_iters 8 → 4, "
            "train_cfg.val_interval 8 → 16, param_scheduler.0.end 2 → 4, "
            "optim_wrapper.optimizer.lr 0.004 → 0.002\n"
        ) in log.read_text()
        record = json.loads((tmp_path / "work/result.json").read_text())
        assert record["batch_size"] == 4
        changed = record["protocol"]["changed"]
        assert changed["train_dataloader.batch_size"] == 4
        assert "optim_wrapper.optimizer.lr" not in changed  # it follows from the batch

        (tmp_path / "work/iter_4.pth").unlink()
        assert start(resume=True).iter == 4
        with pytest.raises(ValueError, match="differs in configuration"):
            start(resume=True, **{"train_dataloader.batch_size": 2})
    finally:
        DefaultScope._instance_dict.clear()  # MMEngine keeps the scope of the last runner


REFUSED = """
import sys
from pathlib import Path
import torch.distributed as dist
from transfer.runner import TransferRunner

rank, folder = int(sys.argv[1]), Path(sys.argv[2])
dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)

class Runner(TransferRunner):
    _resume, _load_from = True, None
    def __init__(self):
        pass
    def _checkpoint_to_continue(self):
        raise ValueError(f"{rank} found another recipe")

try:
    Runner().load_or_resume()
except ValueError as error:
    sys.exit(str(error) != "0 found another recipe")
"""


def test_what_the_main_process_may_not_continue_stops_the_others(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(REFUSED)
    runs = [
        subprocess.Popen([sys.executable, str(tmp_path / "run.py"), rank, str(tmp_path)])
        for rank in ("0", "1")
    ]
    try:
        assert [run.wait(timeout=600) for run in runs] == [0, 0]
    finally:
        for run in runs:
            run.kill()
