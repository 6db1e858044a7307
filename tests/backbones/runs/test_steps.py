"""A batch on any number of devices, and the rate that follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmengine.config import Config

from backbones.runs.steps import fill_steps, split_batch


@pytest.mark.parametrize(
    ("world", "most", "expected"),
    [(1, 64, (64, 64)), (8, 64, (64, 8)), (64, 64, (64, 1)), (128, 64, (32, 1)), (8, 48, (32, 16))],
)
def test_batch_4096_on_any_number_of_devices(
    world: int, most: int, expected: tuple[int, int]
) -> None:
    assert split_batch(4096, world, most) == expected


@given(st.integers(1, 4096), st.integers(1, 64), st.integers(1, 256))
def test_a_split_is_exact_and_fits(batch: int, world: int, most: int) -> None:
    if batch % world:
        return
    per_device, accumulated = split_batch(batch, world, most)
    assert per_device * accumulated * world == batch
    assert per_device <= most


def test_a_batch_that_does_not_split() -> None:
    with pytest.raises(ValueError, match="batch_size 100 does not split over 8 processes"):
        split_batch(100, 8, 64)


def recipe(**options: float) -> Config:
    return Config(
        {
            "batch_size": 1024,
            "device_batch_size": 32,
            "base_lr": 1e-3,
            "min_lr": 1e-6,
            "epochs": 50,
            "warmup_epochs": 5,
            "train_dataloader": {"sampler": {}},
            "optim_wrapper": {"optimizer": {}},
            "train_cfg": {},
            **options,
        }
    )


def test_rate_batch_and_floor_by_hand() -> None:
    config = recipe()
    message = fill_steps(config, world_size=8)
    assert config.optim_wrapper.optimizer.lr == pytest.approx(4e-3)  # 1e-3 x 1024 / 256
    assert config.train_dataloader.batch_size == 32
    assert config.optim_wrapper.accumulative_counts == 4
    assert config.param_scheduler["floor"] == pytest.approx(1e-6 / 4e-3)
    assert (config.param_scheduler["warmup"], config.param_scheduler["end"]) == (5, 50)
    assert message == (
        "batch 1024 = 8 processes x 32 pictures x 4 accumulated; "
        "learning rate 0.004 = base_lr 0.001 x 1024 / 256"
    )


def test_a_warm_up_that_never_ends() -> None:
    with pytest.raises(ValueError, match="warmup_epochs 50 must be fewer than epochs 50"):
        fill_steps(recipe(warmup_epochs=50), world_size=1)
