"""The learning rate at chosen iterations, by hand and through MMEngine's scheduler."""

import math

import pytest
import torch
from mmengine.optim import OptimWrapper

from backbones.runs.schedule import WarmupLR, factor


def test_by_hand() -> None:
    assert factor(0, 10, 110) == 0
    assert factor(5, 10, 110) == 0.5
    assert factor(10, 10, 110) == 1
    assert factor(60, 10, 110) == pytest.approx(0.5)
    assert factor(35, 10, 110) == pytest.approx((1 + math.sqrt(0.5)) / 2)
    assert factor(110, 10, 110) == 0
    assert factor(0, 0, 10) == 1


def test_iterations_of_one_step_have_one_rate() -> None:
    def rates(accumulation: int, *, resumed_from: int = 0) -> list[float]:
        def build(accumulation: int) -> WarmupLR:
            wrapper = OptimWrapper(torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0))
            return WarmupLR.build_iter_from_epoch(
                wrapper, warmup=0.5, end=3, epoch_length=5 * accumulation,
                accumulation=accumulation, by_epoch=True,
            )  # fmt: skip

        schedule, done = build(accumulation), 0
        if resumed_from:
            before, done = build(resumed_from), 7
            for _ in range(done * resumed_from):
                before.step()
            schedule.load_state_dict(before.state_dict())
        found = []
        for _ in range((15 - done) * accumulation):
            found.append(schedule.get_last_value()[0])
            schedule.step()
        return found

    expected = [2 * factor(step, 2, 15) for step in range(15)]
    assert rates(1) == pytest.approx(expected)
    assert rates(3) == pytest.approx([rate for rate in expected for _ in range(3)])
    assert rates(1, resumed_from=3) == pytest.approx(expected[7:])
    assert rates(2, resumed_from=1) == pytest.approx([r for r in expected[7:] for _ in range(2)])


def test_two_groups_follow_and_a_reload_changes_nothing() -> None:
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]

    def build() -> tuple[OptimWrapper, WarmupLR]:
        groups = [{"params": [parameters[0]]}, {"params": [parameters[1]], "lr": 4.0}]
        wrapper = OptimWrapper(torch.optim.SGD(groups, lr=2.0))
        schedule = WarmupLR.build_iter_from_epoch(
            wrapper, warmup=0.5, end=3, epoch_length=4, by_epoch=True
        )
        return wrapper, schedule

    wrapper, schedule = build()
    for t in range(12):
        rates = [group["lr"] for group in wrapper.optimizer.param_groups]
        share = factor(t, 2, 12)
        assert rates == pytest.approx([2 * share, 4 * share])
        if t == 5:
            state = schedule.state_dict()
        wrapper.step()
        schedule.step()
    wrapper, schedule = build()
    schedule.load_state_dict(state)
    schedule.step()
    assert wrapper.optimizer.param_groups[0]["lr"] == pytest.approx(2 * factor(6, 2, 12))


def test_a_floor_in_place_of_zero() -> None:
    assert factor(110, 10, 110, floor=0.1) == pytest.approx(0.1)
    assert factor(60, 10, 110, floor=0.1) == pytest.approx(0.55)
    assert factor(10, 10, 110, floor=0.1) == 1
    assert factor(5, 10, 110, floor=0.1) == 0.5


def test_drops_are_tenths_at_their_epochs() -> None:
    wrapper = OptimWrapper(torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0))
    schedule = WarmupLR.build_iter_from_epoch(
        wrapper, warmup=1, end=5, epoch_length=4, by_epoch=True, drops=(3, 4)
    )
    rates = []
    for _ in range(20):
        rates.append(wrapper.optimizer.param_groups[0]["lr"])
        wrapper.step()
        schedule.step()
    assert rates[:4] == pytest.approx([0, 0.5, 1, 1.5])
    assert rates[4:] == pytest.approx([2.0] * 8 + [0.2] * 4 + [0.02] * 4)
