"""One place knows how a task of each package is trained, and what its records measure."""

from pathlib import Path

import pytest

from transfer.metrics.coco import NAMES as COCO
from transfer.metrics.iou import NAMES as IOU
from transfer.suite.tasks import PACKAGES

CONFIG = Path("transfer/configs/coco/toy.py")


@pytest.mark.parametrize(("package", "names"), [("mmdetection", COCO), ("mmsegmentation", IOU)])
def test_a_package_knows_the_metrics_of_its_records(package: str, names: dict[str, str]) -> None:
    assert set(PACKAGES[package].metrics) == set(names.values())


@pytest.mark.parametrize("package", ["mmdetection", "mmsegmentation"])
def test_one_device_trains_plainly_and_several_distributed(package: str) -> None:
    command = f"mim train {package} transfer/configs/coco/toy.py"
    assert PACKAGES[package].train(CONFIG, 0) == PACKAGES[package].train(CONFIG, 1) == command
    assert PACKAGES[package].train(CONFIG, 4) == f"{command} --gpus 4 --launcher pytorch"
