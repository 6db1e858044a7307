"""Seeds that mix, and generators that are given back."""

import random

import numpy as np

from backbones.pictures.randomness import derive, seeded


def test_derived_seeds_are_stable_and_differ() -> None:
    assert derive(0, 1, 2) == derive(0, 1, 2)
    assert len({derive(s, e, i) for s in range(5) for e in range(20) for i in range(20)}) == 2000


def test_inside_is_fixed_and_outside_goes_on() -> None:
    random.seed(0)
    expected = [random.random(), random.random()]
    random.seed(0)
    found = [random.random()]
    with seeded(3):
        first = (random.random(), np.random.rand())  # noqa: NPY002
    with seeded(3):
        assert (random.random(), np.random.rand()) == first  # noqa: NPY002
    assert [*found, random.random()] == expected
