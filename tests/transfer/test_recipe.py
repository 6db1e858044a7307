"""Two runs are of one protocol where nothing differs that results follow."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mmengine.config import Config

from transfer.recipe import CONFIGS, batch_size, protocol
from transfer.schedule import follow_schedule

FULL = "ade20k/upernet_vit-b_512x512_160k"


def runner(name: str = FULL, world_size: int = 8, **options: Any) -> Any:
    """As far as these functions look."""
    config = Config.fromfile(CONFIGS / f"{name}.py")
    config.merge_from_dict(options)
    follow_schedule(config, world_size)
    return SimpleNamespace(cfg=config, world_size=world_size)


def sha(**options: Any) -> str:
    found: str = protocol(runner(**options))["sha256"]
    return found


@pytest.mark.parametrize(
    "options",
    [
        {"randomness.seed": 5},
        {"model.backbone.init_cfg.checkpoint": "x.pth"},
        {"work_dir": "y", "launcher": "pytorch", "resume": True, "restart_if_changed": True},
        {"cell.method": "mae"},
        {"channels_last": True, "compile_backbone": "reduce-overhead"},
        {"optim_wrapper.optimizer.fused": False, "default_hooks.runtime_info.interval": 5},
    ],
)
def test_seed_weights_and_places_do_not_change_a_protocol(options: dict[str, Any]) -> None:
    assert sha(**options) == sha()


@pytest.mark.parametrize(
    "options",
    [
        {"optim_wrapper.optimizer.lr": 1.0},
        {"train_cfg.max_iters": 100},
        {"world_size": 1},
        {"train_dataloader.batch_size": 4},
        {"optim_wrapper.accumulative_counts": 2},
    ],
)
def test_what_changes_results_changes_the_protocol(options: dict[str, Any]) -> None:
    assert sha(**options) != sha()


def test_a_batch_is_the_same_however_it_is_spread() -> None:
    assert sha(world_size=1, **{"train_dataloader.batch_size": 16}) == sha()
    assert batch_size(runner()) == 16
    assert batch_size(runner(**{"optim_wrapper.accumulative_counts": 2})) == 32


@pytest.mark.parametrize(
    ("name", "world_size"),
    [(FULL, 8), ("coco/mask-rcnn_vit-b_fpn_lsj-100e", 8), ("coco/mask-rcnn_vitdet-l_lsj-100e", 8)]
    + [(f"{task}/{size}", 1) for task in ("coco", "ade20k") for size in ("toy", "mini")],
)
def test_a_config_on_its_number_of_devices_is_the_shipped_protocol(
    name: str, world_size: int
) -> None:
    found = protocol(runner(name, world_size))
    assert found["name"] == name
    assert found["sha256"] == found["shipped_sha256"]
    other = protocol(runner(name, 3))
    assert other["sha256"] != other["shipped_sha256"] == found["shipped_sha256"]


def test_settings_of_a_methods_own_are_listed_beside_the_hash() -> None:
    tuned = {"optim_wrapper.optimizer.lr": 1.6e-4, "train_cfg.max_iters": 9}
    found = protocol(runner(**tuned, **{"cell.tuned": list(tuned)}))
    assert found["tuned"] == tuned
    assert found["sha256"] == found["shipped_sha256"] == sha()
    assert protocol(runner())["tuned"] == {}


def test_a_setting_that_is_nowhere_is_named() -> None:
    with pytest.raises(ValueError, match=r"cell\.tuned names optim\.lr, which the configuration"):
        protocol(runner(**{"cell.tuned": ["optim.lr"]}))


LI = "coco/mask-rcnn_vit-b_fpn_lsj-100e"
VARIANTS = {
    "coco/mask-rcnn_vit-b_fpn_lsj-200e_random": {
        "optim_wrapper.optimizer.lr": 1.6e-4,
        "optim_wrapper.optimizer.weight_decay": 0.2,
        "train_cfg.max_iters": 368750,
    },
    "coco/mask-rcnn_vitdet-l_lsj-50e_supervised": {
        "optim_wrapper.optimizer.lr": 8e-5,
        "optim_wrapper.paramwise_cfg.layer_decay": 1.0,
        "param_scheduler.1.milestones": [81944, 88773],
        "train_cfg.max_iters": 92187,
    },
    "ade20k/upernet_vit-b_512x512_160k_beit": {
        "model.backbone.abs_pos": False,
        "model.backbone.layer_scale": 0.1,
        "optim_wrapper.optimizer.lr": 7e-4,
    },
}


@pytest.mark.parametrize(("name", "own"), VARIANTS.items(), ids=VARIANTS)
def test_a_variant_is_its_base_with_settings_of_its_own(name: str, own: dict[str, Any]) -> None:
    found = protocol(runner(name))
    base = protocol(runner(Config.fromfile(CONFIGS / f"{name}.py").cell.variant_of))
    assert found["tuned"] == own
    assert found["variant"] == name
    for key in ("name", "sha256", "shipped_sha256"):
        assert found[key] == base[key]
    assert (base["variant"], base["tuned"], base["changed"]) == (None, {}, {})


def test_a_variant_given_as_options_is_the_same(tmp_path: Path) -> None:
    options = {
        "optim_wrapper.optimizer.lr": 1.6e-4,
        "optim_wrapper.optimizer.weight_decay": 0.2,
        "schedule.epochs": 200,
    }
    given = protocol(runner(LI, **options, **{"cell.tuned": list(options)}))
    file = protocol(runner("coco/mask-rcnn_vit-b_fpn_lsj-200e_random"))
    assert given | {"variant": None} == file | {"variant": None}


def test_what_a_variant_does_not_declare_changes_its_protocol() -> None:
    name = "coco/mask-rcnn_vit-b_fpn_lsj-200e_random"
    other_rate = protocol(runner(name, **{"optim_wrapper.optimizer.lr": 3e-4}))
    assert other_rate["changed"] == {"optim_wrapper.optimizer.lr": 3e-4}
    assert other_rate["sha256"] != other_rate["shipped_sha256"]
    assert "optim_wrapper.optimizer.lr" not in other_rate["tuned"]
    named = {"optim_wrapper.optimizer.lr": 3e-4, "cell.tuned": ["optim_wrapper.optimizer.lr"]}
    declared = protocol(runner(name, **named))
    assert declared["tuned"]["optim_wrapper.optimizer.lr"] == 3e-4
    assert declared["sha256"] == declared["shipped_sha256"]


def test_epochs_that_nobody_declared_change_the_protocol() -> None:
    found = protocol(runner(LI, **{"schedule.epochs": 25}))
    assert found["tuned"] == {}
    assert found["changed"] == {"train_cfg.max_iters": 46093}
    assert found["sha256"] != found["shipped_sha256"]


def test_a_rescaled_run_is_the_protocol_at_another_batch() -> None:
    """Rows of one protocol stay together whatever their batch, apart from the published one."""
    found = protocol(runner(LI, world_size=2))
    assert found["sha256"] != found["shipped_sha256"]
    assert found["changed"] == {"train_dataloader.batch_size": 16}
    random = protocol(runner(f"{LI.removesuffix('100e')}200e_random", world_size=2))
    assert random["sha256"] == found["sha256"]
    assert random["tuned"]["optim_wrapper.optimizer.lr"] == 1.6e-4
    assert random["tuned"]["train_cfg.max_iters"] == 368750


def test_a_variant_of_nothing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(f"_base_ = '{CONFIGS / LI}.py'\ncell = dict(variant_of='coco/none')\n")
    wrong = SimpleNamespace(cfg=Config.fromfile(file), world_size=8)
    with pytest.raises(ValueError, match=r"cell\.variant_of names coco/none, there is no"):
        protocol(wrong)
