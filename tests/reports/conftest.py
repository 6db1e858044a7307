"""Folders of result records, made by code: what pretrain and transfer leave behind."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

PROTOCOL = {"coco": "coco/mask-rcnn_toy", "ade20k": "ade20k/upernet_toy"}


def percent(**values: float | None) -> dict[str, dict[str, object]]:
    return {
        name: {"value": value, "unit": "%", "higher_is_better": True}
        for name, value in values.items()
    }


def transfer_record(
    method: str, task: str, seed: int, scores: dict[str, float | None], **changes: Any
) -> dict[str, Any]:
    """A complete transfer record; `changes` replaces top-level fields."""
    first = next(iter(scores))
    record: dict[str, Any] = {
        "schema": 2,
        "kind": "transfer",
        "cell": {"suite": "demo", "method": method, "task": task, "seed": seed},
        "protocol": {
            "name": PROTOCOL.get(task, f"{task}/toy"),
            "sha256": "ab" * 32,
            "shipped_sha256": "ab" * 32,
            "tuned": {},
        },
        "arch": "tiny",
        "metrics": percent(**scores),
        "n_images": 200,
        "limited": False,
        "seed": seed,
        "config_sha256": "cd" * 32,
        "checkpoint": {"file": f"{method}.pth", "sha256": "ef" * 32, "method": method},
        "data": {
            "name": "toy-scenes",
            "manifest_sha256": "12" * 32,
            "n_train": 1000,
            "n_val": 200,
            "annotations_sha256": "34" * 32,
        },
        "environment": {
            "commit": "a1b2c3d4e5f6",
            "versions": {"torch": "2.11.0", "mmdet": "3.5.1"},
            "device": "cpu",
        },
        "timing": {
            "started": "2026-01-01T00:00:00",
            "finished": "2026-01-01T00:01:00",
            "wall_seconds": 60.0,
            "images_per_second": 12.5,
            "peak_memory_bytes": 1_000_000,
            "devices": 1,
        },
        "curves": {"loss": [[10, 2.0], [20, 1.0]], first: [[10, 0.3], [20, 0.5]]},
        "per_image": {},
        "files": {},
        "figures": [],
    }
    return record | changes


def pretrain_record(method: str, loss: float, **changes: Any) -> dict[str, Any]:
    """A complete pre-training record."""
    record = transfer_record(method, "pretrain", 0, {"loss": 1.0})
    del record["checkpoint"], record["protocol"], record["n_images"], record["limited"]
    record |= {
        "kind": "pretrain",
        "metrics": {"loss": {"value": loss, "unit": "", "higher_is_better": False}},
        "target": "pixel",
        "epochs": 30,
        "curves": {"loss": [[10, 1.0], [20, loss]]},
    }
    return record | changes


class Runs:
    """A folder that records are added to, laid out as a suite lays out its runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, record: dict[str, Any], folder: str | None = None) -> Path:
        cell = record["cell"]
        default = f"{cell['suite']}/{cell['task']}/{cell['method']}/seed{cell['seed']}"
        return self.put_text(json.dumps(record, ensure_ascii=False), folder or default)

    def put_text(self, text: str, folder: str, name: str = "result.json") -> Path:
        file = self.root / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def transfer(
        self,
        method: str,
        task: str,
        seed: int,
        *,
        folder: str | None = None,
        **scores: float | None,
    ) -> Path:
        return self.put(transfer_record(method, task, seed, scores), folder)

    def pretrain(self, method: str, loss: float, *, pictures: Sequence[str] = ()) -> Path:
        file = self.put(
            pretrain_record(method, loss, figures=list(pictures)), f"demo/pretrain/{method}"
        )
        for name in pictures:
            picture = file.parent / name
            picture.parent.mkdir(parents=True, exist_ok=True)
            picture.write_bytes(png())
        return file


def png(height: int = 8, width: int = 12) -> bytes:
    ramp = np.linspace(0, 255, height * width * 3).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(ramp.reshape(height, width, 3)).save(written, format="PNG")
    return written.getvalue()


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


@pytest.fixture
def make_transfer() -> Any:
    return transfer_record


@pytest.fixture
def make_pretrain() -> Any:
    return pretrain_record


@pytest.fixture
def demo(runs: Runs) -> Runs:
    """Three methods, two tasks, up to three seeds; means and spreads easy to do by hand."""
    for seed, (box, mask) in enumerate([(10.0, 8.0), (11.0, 9.0), (12.0, 10.0)]):
        runs.transfer("random", "coco", seed, box_ap=box, mask_ap=mask)
    for seed, (box, mask) in enumerate([(20.0, 15.0), (21.0, 16.0), (25.0, 20.0)]):
        runs.transfer("mae-pixel", "coco", seed, box_ap=box, mask_ap=mask)
    runs.transfer("supervised", "coco", 0, box_ap=15.0, mask_ap=12.0)
    runs.transfer("random", "ade20k", 0, miou=30.0, aacc=60.0)
    runs.transfer("mae-pixel", "ade20k", 0, miou=41.25, aacc=70.0)
    runs.pretrain("mae-pixel", 0.25, pictures=["rec/epoch_010.png", "rec/epoch_030.png"])
    return runs


@pytest.fixture
def make_log(tmp_path: Path) -> Any:
    """What MMEngine leaves of a start while it trains; returns the run's folder."""

    def make(folder: str, start: str, config: str, lines: Sequence[dict[str, Any]]) -> Path:
        data = tmp_path / folder / start / "vis_data"
        data.mkdir(parents=True)
        (data.parent / f"{start}.log").touch()
        (data / "config.py").write_text(config)
        (data / "scalars.json").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        return tmp_path / folder

    return make
