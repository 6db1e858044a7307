"""Accuracy by hand; every picture once."""

from pathlib import Path

import numpy as np
import pytest
import torch

from transfer.metrics.accuracy import RecordingAccuracy

CLASSES = ("a", "b", "c", "d", "e", "f", "g")


def batch(*rows: tuple[int, int, list[int]]) -> tuple[dict, list[dict]]:
    """(index, label, classes best first) as a batch and its predictions."""
    indices, labels, ranked = zip(*rows, strict=True)
    paths = [f"{CLASSES[label]}/{index}.jpg" for index, label in zip(indices, labels, strict=True)]
    data = {"index": list(indices), "path": paths, "labels": torch.tensor(labels)}
    return data, [{"ranked": {"": classes, "_k1": classes[:1]}} for classes in ranked]


def metric() -> RecordingAccuracy:
    found = RecordingAccuracy()
    found.dataset_meta = {"classes": CLASSES}
    return found


def test_by_hand_in_the_order_of_the_data(tmp_path: Path) -> None:
    found = metric()
    found.process(*batch((2, 6, [0, 1, 2, 3, 6]), (0, 1, [1, 0, 2, 3, 4])))
    found.process(*batch((3, 5, [0, 1, 2, 3, 4]), (1, 0, [0, 6, 5, 4, 3])))
    logged = found.evaluate(4)
    assert logged["accuracy/top1"] == found.exact["top1"] == 50
    assert found.exact == {"top1": 50, "top5": 75, "top1_k1": 50, "top5_k1": 50}
    assert {found.names[name] for name in logged} == found.exact.keys()
    assert found.save(tmp_path) == {"answers": "per_image.npz"}
    with np.load(tmp_path / "per_image.npz") as kept:
        assert kept["image_ids"].tolist() == ["b/0.jpg", "a/1.jpg", "g/2.jpg", "f/3.jpg"]
        assert kept["label"].tolist() == [1, 0, 6, 5]
        assert kept["predicted"].tolist() == [1, 0, 0, 0]
        assert kept["top1"].tolist() == [True, True, False, False]
        assert kept["top5"].tolist() == [True, True, True, False]
        assert kept["top1_k1"].tolist() == [True, True, False, False]
        assert tuple(kept["classes"]) == CLASSES


def test_a_repeated_picture_counts_once_and_a_missing_one_is_an_error() -> None:
    found = metric()
    found.process(*batch((0, 1, [1]), (1, 0, [3]), (0, 1, [1])))
    assert found.evaluate(2)["accuracy/top1"] == 50
    found.process(*batch((0, 1, [1])))
    with pytest.raises(ValueError, match="1 of 2 validation pictures were seen; val_dataloader"):
        found.evaluate(2)
