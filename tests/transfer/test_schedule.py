"""The rest of a schedule follows from epochs and batch, and what was set by hand stays."""

from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

import transfer
from transfer.differences import value_at
from transfer.schedule import RATE, check, derive, follow_schedule, rescaled

CONFIGS = Path(transfer.__file__).parent / "configs"
LI = "coco/mask-rcnn_vit-b_fpn_lsj-100e"
VITDET = "coco/mask-rcnn_vitdet-b_lsj-100e"
ADE = "ade20k/upernet_vit-b_512x512_160k"
BLOCK = dict(batch=64, pictures=118000, epochs=100, warmup_iters=250, val_epochs=10)
LENGTH, WARM_UP, VAL = "train_cfg.max_iters", "param_scheduler.0.end", "train_cfg.val_interval"
STEPS = "param_scheduler.1.milestones"


def followed(name: str, processes: int = 8, **options: Any) -> tuple[dict[str, Any], str]:
    """What a run of the configuration has for the numbers of its schedule, and what it says."""
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict(options)
    note = follow_schedule(config, processes)
    keys = (RATE, LENGTH, WARM_UP, VAL, STEPS)
    return {key: value_at(config, key) for key in keys}, note


def test_as_shipped_nothing_is_done_or_said() -> None:
    config = Config.fromfile(CONFIGS / f"{VITDET}.py")
    before = config.to_dict()
    assert follow_schedule(config, 8) == ""
    assert config.to_dict() == before


def test_fewer_epochs_shorten_what_is_measured_in_them() -> None:
    found, note = followed(LI, **{"schedule.epochs": 25})
    assert (found[LENGTH], found[WARM_UP], found[RATE]) == (46093, 461, 8e-5)
    assert note == "schedule.epochs 100 → 25: train_cfg.max_iters 184375 → 46093"
    found, note = followed(VITDET, **{"schedule.epochs": 50})
    assert (found[LENGTH], found[WARM_UP], found[STEPS]) == (92187, 250, [81944, 88773])
    assert note == (
        "schedule.epochs 100 → 50: train_cfg.max_iters 184375 → 92187, "
        "param_scheduler.1.milestones [163889, 177546] → [81944, 88773]"
    )


def test_a_quarter_of_the_batch_takes_four_times_as_long_at_a_quarter_of_the_rate() -> None:
    found, note = followed(VITDET, processes=2)
    assert found == {
        RATE: 2.5e-5,
        LENGTH: 737500,
        WARM_UP: 1000,
        VAL: 73750,
        STEPS: [655556, 710185],
    }
    assert note.startswith("batch 64 → 16 (rule: linear): train_cfg.max_iters 184375 → 737500, ")
    assert note.endswith("optim_wrapper.optimizer.lr 0.0001 → 2.5e-05")
    found, _ = followed(ADE, **{"train_dataloader.batch_size": 4})
    assert (found[RATE], found[LENGTH], found[WARM_UP], found[VAL]) == (2e-4, 80000, 750, 8000)


def test_accumulation_lengthens_iterations_and_leaves_the_rate() -> None:
    """MMEngine counts every loaded batch: eight of 8 pictures make one step of 64."""
    options = {"optim_wrapper.accumulative_counts": 8}
    found, note = followed(LI, processes=1, **options)
    assert (found[RATE], found[LENGTH], found[WARM_UP]) == (8e-5, 1475000, 3688)
    assert note.startswith("batch 64 → 8 iterations of 8 (rule: linear): ")


def test_a_length_set_by_hand_stays_and_a_rate_is_for_the_batch_of_the_block() -> None:
    smoke = {LENGTH: 2, RATE: 5e-5, "train_dataloader.batch_size": 1}
    found, note = followed(LI, processes=1, **smoke)
    assert (found[LENGTH], found[RATE], found[WARM_UP]) == (2, 5e-5 / 64, 29500)
    assert note.endswith(f"; left as set by hand: {LENGTH}")
    replaced = [{"type": "ConstantLR", "factor": 1.0}]
    found, note = followed(LI, processes=1, param_scheduler=replaced)
    assert found[LENGTH] == 1475000
    assert note.endswith(f"; left as set by hand: {WARM_UP}")


def test_numbers_of_a_file_that_inherits_ours_are_by_hand_too(tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(f"_base_ = '{CONFIGS / LI}.py'\ntrain_cfg = dict(max_iters=1000)\n")
    config = Config.fromfile(own)
    follow_schedule(config, 4)
    assert (config.train_cfg.max_iters, config.param_scheduler[0].end) == (1000, 922)
    assert config.optim_wrapper.optimizer.lr == 4e-5


def test_no_rule_changes_nothing_and_says_so() -> None:
    found, note = followed(LI, processes=1, **{"schedule.rescale": None})
    assert (found[RATE], found[LENGTH]) == (8e-5, 184375)
    assert "batch 64 → 8 (rule: none, nothing follows): nothing to change" in note


@pytest.mark.parametrize("rate", [4e-5, 8e-5, 1.6e-4])
def test_every_rate_of_a_search_is_rescaled_alike(rate: float) -> None:
    """The shipped one, 8e-5, is no exception when it is given."""
    found, _ = followed(LI, processes=4, **{RATE: rate})
    assert found[RATE] == pytest.approx(rate / 2)


@pytest.mark.parametrize("processes", [1, 3])
def test_the_config_a_run_dumps_is_followed_no_further(processes: int, tmp_path: Path) -> None:
    config = Config.fromfile(CONFIGS / f"{VITDET}.py")
    config.merge_from_dict({"optim_wrapper.accumulative_counts": processes})
    assert follow_schedule(config, processes)
    config.dump(tmp_path / "dumped.py")
    again = Config.fromfile(tmp_path / "dumped.py")
    assert follow_schedule(again, processes) == ""
    assert again.to_dict() == config.to_dict()


def test_a_length_in_iterations_keeps_its_pictures_and_one_in_epochs_its_epochs() -> None:
    block = rescaled(BLOCK, 16)
    assert block == BLOCK | {"batch": 16, "warmup_iters": 1000, "rescaled_from": 64}
    scheduler = [{"type": "LinearLR"}, {"type": "CosineAnnealingLR"}]
    assert derive(block, scheduler) == {LENGTH: 737500, VAL: 73750, WARM_UP: 1000}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epoch": 25}, r"unknown keys \['epoch'\]; known are \['accumulated', 'batch'"),
        ({"iters": 5}, r"give either epochs or iters, got \['epochs', 'iters'\]"),
        ({"rescale": "sqrt"}, "rescale must be 'linear' or None, got 'sqrt'"),
    ],
)
def test_a_wrong_key_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(BLOCK | change)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("epochs", "give either epochs or iters, got neither"),
        ("val_epochs", "give either val_epochs or val_iters, got neither"),
        ("pictures", "epochs needs pictures"),
        ("batch", "batch is missing"),
    ],
)
def test_a_missing_key_is_named(key: str, message: str) -> None:
    block = {name: value for name, value in BLOCK.items() if name != key}
    with pytest.raises(ValueError, match=message):
        derive(block, [])


def test_steps_need_their_parts() -> None:
    with pytest.raises(ValueError, match="decay_at is missing"):
        derive(BLOCK, [{"type": "MultiStepLR"}])


def test_a_config_without_a_schedule_has_none_to_change() -> None:
    config = Config.fromfile(CONFIGS / "coco/toy.py")
    assert follow_schedule(config, 8) == ""
    config.merge_from_dict({"schedule.epochs": 25})
    with pytest.raises(ValueError, match=r"toy\.py has no schedule to change; set train_cfg"):
        follow_schedule(config, 1)
