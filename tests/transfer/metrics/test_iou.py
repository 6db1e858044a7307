"""Mean IoU from kept counts, by hand, and exact where float32 sums are not."""

import numpy as np
import pytest
import torch

from transfer.metrics.iou import RecordingIoUMetric, iou_metrics


def test_values_by_hand_and_a_class_that_is_nowhere_is_left_out() -> None:
    intersection = np.array([[2, 0, 0], [1, 1, 0]])
    union = np.array([[4, 0, 0], [2, 4, 0]])
    label = np.array([[3, 0, 0], [1, 3, 0]])
    found = iou_metrics(intersection, union, label)
    assert found["miou"] == pytest.approx(100 * (3 / 6 + 1 / 4) / 2)
    assert found["macc"] == pytest.approx(100 * (3 / 4 + 1 / 3) / 2)
    assert found["aacc"] == pytest.approx(100 * 4 / 7)


def sample(name: str, predicted: torch.Tensor, truth: torch.Tensor) -> dict:
    return {
        "img_path": f"images/{name}.jpg",
        "pred_sem_seg": {"data": predicted[None]},
        "gt_sem_seg": {"data": truth[None]},
    }


def test_pictures_keep_their_names_and_void_is_ignored() -> None:
    metric = RecordingIoUMetric(iou_metrics=["mIoU"])
    metric.dataset_meta = {"classes": ("cat", "dog")}
    truth = torch.tensor([[0, 0, 255], [1, 1, 255]])
    metric.process({}, [sample("a", torch.zeros(2, 3, dtype=torch.long), truth)])
    metric.process({}, [sample("b", truth.clamp(max=1), truth)])
    logged = metric.evaluate(2)
    assert metric.per_image["image_ids"].tolist() == ["a", "b"]
    assert metric.per_image["intersection"].tolist() == [[2, 0], [2, 2]]
    assert metric.per_image["union"].tolist() == [[4, 2], [2, 2]]
    assert metric.exact["miou"] == pytest.approx(100 * (4 / 6 + 2 / 4) / 2)
    assert logged["mIoU"] == round(metric.exact["miou"], 2)


def test_sums_beyond_float32_stay_exact() -> None:
    metric = RecordingIoUMetric(iou_metrics=["mIoU"])
    metric.dataset_meta = {"classes": ("all",)}
    areas = [torch.tensor([float(2**24)]), torch.tensor([1.0])]
    rows = [("a", *(areas[0].double(),) * 4), ("b", *(areas[1].double(),) * 4)]
    metric.compute_metrics(rows)
    assert metric.per_image["union"].sum() == 2**24 + 1
