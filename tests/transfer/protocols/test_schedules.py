"""Iterations and learning rates over the whole of a training, through MMEngine's schedulers."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import PARAM_SCHEDULERS

import transfer
from transfer.differences import value_at
from transfer.schedule import derive

CONFIGS = Path(transfer.__file__).parent / "configs"
FULL = [
    path.relative_to(CONFIGS).with_suffix("").as_posix()
    for task in ("coco", "ade20k")
    for path in sorted((CONFIGS / task).glob("*.py"))
    if path.stem not in ("toy", "mini")
]


@pytest.mark.parametrize("name", FULL)
def test_the_numbers_in_a_config_follow_from_its_schedule(name: str, load: Any) -> None:
    config = load(name)
    assert config.schedule.batch == (64 if name.startswith("coco") else 16)
    assert config.schedule.batch == 8 * config.train_dataloader.batch_size
    for key, value in derive(config.schedule, config.param_scheduler).items():
        assert value_at(config, key) == value, key


@pytest.mark.parametrize("task", ["coco", "ade20k"])
@pytest.mark.parametrize("size", ["toy", "mini"])
def test_small_configs_have_no_schedule_to_follow(task: str, size: str, load: Any) -> None:
    assert "schedule" not in load(f"{task}/{size}")


def test_the_arithmetic_gives_every_published_number(load: Any) -> None:
    """detectron2's configs/common and projects/ViTDet, MIMDet's benchmarking configs."""

    def numbers(name: str, epochs: float | None = None) -> list[Any]:
        config = load(f"coco/mask-rcnn_{name}")
        config.schedule.update({} if epochs is None else {"epochs": epochs})
        found = derive(config.schedule, config.param_scheduler)
        return [value for key, value in found.items() if key != "train_cfg.val_interval"]

    assert numbers("vitdet-b_lsj-100e") == [184375, 250, [163889, 177546]]
    # there `* 3 // 4` of the three numbers above
    assert numbers("vitdet-h_lsj-75e") == [138281, 250, [122916, 133159]]
    assert numbers("vit-b_fpn_lsj-100e") == [184375, 461]
    # there `// 2` and `// 4` with a warm-up as long
    assert numbers("vit-b_fpn_lsj-100e", 50) == [92187, 461]
    assert numbers("vit-b_fpn_lsj-100e", 25) == [46093, 461]
    assert numbers("vit-b_fpn_lsj-100e", 400) == [737500, 461]


class Rates:
    """The learning rate of each iteration, as a part of the base rate."""

    def __init__(self, config: Config) -> None:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedulers = [
            PARAM_SCHEDULERS.build(
                {"end": config.train_cfg.max_iters, **entry}, default_args={"optimizer": optimizer}
            )
            for entry in config.param_scheduler
        ]
        optimizer.step()
        self.of = []
        for _ in range(config.train_cfg.max_iters):
            self.of.append(optimizer.param_groups[0]["lr"])
            for scheduler in schedulers:
                scheduler.step()


def test_li_et_al_warm_up_for_a_quarter_epoch_then_half_a_cosine(load: Any) -> None:
    rate = Rates(load("coco/mask-rcnn_vit-b_fpn_lsj-100e")).of
    assert len(rate) == 184375
    assert rate[0] == pytest.approx(1e-3)
    assert rate[230] == pytest.approx(0.5005, abs=1e-3)
    for iteration in (461, 18437, 92187, 150000, 184374):
        half = (1 + math.cos(math.pi * iteration / 184375)) / 2
        assert rate[iteration] == pytest.approx(half, rel=1e-5), iteration
    assert rate[-1] < 1e-10


@pytest.mark.parametrize(
    ("name", "first", "second", "last"),
    [
        ("coco/mask-rcnn_vitdet-b_lsj-100e", 163889, 177546, 184374),
        ("coco/mask-rcnn_vitdet-h_lsj-75e", 122916, 133159, 138280),
        ("coco/mask-rcnn_vitdet-l_lsj-50e_supervised", 81944, 88773, 92186),
    ],
)
def test_vitdet_warms_up_250_iterations_then_steps_twice(
    name: str, first: int, second: int, last: int, load: Any
) -> None:
    rate = Rates(load(name)).of
    assert rate[0] == pytest.approx(1e-3)
    assert rate[125] == pytest.approx(0.5015, abs=3e-3)
    assert {round(r, 9) for r in rate[250:first]} == {1.0}
    assert {round(r, 9) for r in rate[first:second]} == {0.1}
    assert {round(r, 9) for r in rate[second:]} == {0.01}
    assert len(rate) == last + 1


def test_upernet_warms_up_1500_iterations_then_falls_in_a_line_to_zero(load: Any) -> None:
    rate = Rates(load("ade20k/upernet_vit-b_512x512_160k")).of
    assert rate[0] == pytest.approx(1e-6)
    assert rate[750] == pytest.approx(0.5 * (1 - 750 / 160000), abs=1e-3)
    for iteration in (1500, 16000, 80000, 144000):
        assert rate[iteration] == pytest.approx(1 - iteration / 160000, abs=1e-5), iteration
    assert (len(rate), rate[-1]) == (160000, pytest.approx(0, abs=1e-9))
