"""Small generated pictures, and seeds, for all."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch: sums are rounded by their threads
os.environ["no_proxy"] = "127.0.0.1,localhost"

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings
from PIL import Image

settings.register_profile("patient", deadline=None)
if not os.environ.get("CI"):  # hypothesis has a profile for that, without a deadline too
    settings.load_profile("patient")


@pytest.fixture(autouse=True)
def seeded() -> None:
    """A test draws the same numbers whichever others ran before it in its process."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  what MMCV and timm draw from
    torch.manual_seed(0)


def draw_pictures(folder: Path, number: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    for i in range(number):
        pixels = random.integers(0, 256, (5, 6, 3), dtype=np.uint8)  # blobs, not noise
        Image.fromarray(pixels).resize((48, 40)).save(folder / f"{i}.png")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pictures in two classes: apple (4), pear (6)."""
    root = tmp_path_factory.mktemp("pictures")
    draw_pictures(root / "apple", 4, seed=0)
    draw_pictures(root / "pear", 6, seed=1)
    return root
