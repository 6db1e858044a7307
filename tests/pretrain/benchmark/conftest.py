"""Sizes that take a fraction of a second."""

from argparse import Namespace

import pytest


@pytest.fixture
def options() -> Namespace:
    return Namespace(
        arch="tiny",
        size=64,
        depth=2,
        batch=2,
        dtype="float32",
        device="cpu",
        checkpointing=False,
        compile_mode="default",
    )
