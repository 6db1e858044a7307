"""A model small enough to run in milliseconds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TINY = {
    "model.encoder.img_size": 32,
    "model.encoder.patch_size": 8,
    "model.encoder.embed_dims": 16,
    "model.encoder.depth": 2,
    "model.encoder.num_heads": 2,
}
RUN = {
    "base_lr": 2e-3,
    "epochs": 4,
    "warmup_epochs": 1,
    "batch_size": 4,
    "workers": 0,
    "save_interval": 1,
}


@pytest.fixture
def command(pictures: Path) -> Callable[..., list[str]]:
    """Arguments of `python -m pretrain` for a demo config made tiny."""

    def arguments(
        work_dir: Path, *flags: str, config: str = "mae_pixel-norm", **options: Any
    ) -> list[str]:
        changes = {**TINY, **RUN, "data_root": pictures, **options}
        if config != "supervised":
            changes = {"model.decoder.embed_dims": 16, **changes}
        pairs = [f"{key}={value}" for key, value in changes.items()]
        file = f"pretrain/configs/demo/{config}.py"
        return [file, "--work-dir", str(work_dir), *flags, "--cfg-options", *pairs]

    return arguments
