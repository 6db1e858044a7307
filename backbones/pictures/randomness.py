"""Randomness that depends on (seed, epoch, index) and nothing else.

So a resumed run equals an uninterrupted one bit for bit on a CPU, with any number of workers.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def derive(*numbers: int) -> int:
    """One well-mixed 32-bit seed from several numbers, e.g. (seed, epoch, index)."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """`random` and `np.random` start from `seed` inside and continue as before afterwards.

    For libraries that draw from the global generators, as timm's augmentations do.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
