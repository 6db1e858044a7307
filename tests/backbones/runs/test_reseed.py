"""What an epoch draws follows from where it begins."""

from types import SimpleNamespace
from typing import Any

import torch

from backbones.runs.reseed import Reseed


def draws(*, epoch: int, begin: int, count: int = 3, seed: int = 0) -> list[float]:
    """One number an iteration, from iteration `begin` of an epoch on."""
    hook, runner = Reseed(), SimpleNamespace(seed=seed, epoch=epoch)
    found = []
    for number in range(begin, begin + count):
        hook.before_train_iter(_of(runner), number)
        found.append(float(torch.rand(())))
    return found


def _of(runner: object) -> Any:
    return runner


def test_an_epoch_draws_the_same_however_the_run_came_there() -> None:
    first = draws(epoch=4, begin=0)
    torch.rand(100)  # what a run did before
    assert draws(epoch=4, begin=0) == first
    assert len(set(first)) == 3  # seeded once, not every iteration


def test_other_epochs_seeds_and_places_draw_otherwise() -> None:
    found = [
        draws(epoch=4, begin=0),
        draws(epoch=5, begin=0),
        draws(epoch=4, begin=0, seed=1),
        draws(epoch=4, begin=1),  # a run that went on within the epoch
        draws(epoch=4, begin=2),
    ]
    assert len({values[0] for values in found}) == len(found)
    assert draws(epoch=4, begin=2) == found[-1]
