"""Labels become soft, pictures are paired, the batch itself is left alone."""

import pytest
import torch

from backbones.mixing import Mixing


def test_soft_labels_sum_to_one_and_the_batch_is_left_alone() -> None:
    torch.manual_seed(0)
    images, labels = torch.randn(4, 3, 8, 8), torch.tensor([0, 1, 2, 0])
    before = images.clone()
    mixed, targets = Mixing(3, mixup=0.8, cutmix=1.0, label_smoothing=0.1)(images, labels)
    assert torch.equal(images, before)
    assert not torch.equal(mixed, images)
    assert torch.allclose(targets.sum(1), torch.ones(4))


def test_pairs_need_an_even_batch() -> None:
    mixing = Mixing(3, mixup=0.8, cutmix=1.0, label_smoothing=0.1)
    with pytest.raises(ValueError, match="must be even, got 3; change device_batch_size"):
        mixing(torch.randn(3, 3, 8, 8), torch.zeros(3).long())
