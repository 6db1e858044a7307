"""The pixel target against numbers worked out by hand."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from pretrain.patches import patchify
from pretrain.targets import PixelTarget


def test_raw_truth_is_the_patches() -> None:
    images = torch.rand(2, 3, 8, 8)
    assert torch.equal(PixelTarget(4, normalize=False).truth(images), patchify(images, 4))


def test_normalised_truth_has_the_unbiased_variance() -> None:
    images = torch.rand(2, 3, 8, 8, dtype=torch.float64)
    truth = PixelTarget(4, normalize=True).truth(images)
    assert_close(truth.mean(2), torch.zeros(2, 4, dtype=torch.float64), rtol=0, atol=1e-12)
    # dividing by the unbiased deviation (47 of 48 values free) leaves unbiased variance 1
    assert_close(truth.var(2), torch.ones(2, 4, dtype=torch.float64), rtol=0, atol=1e-4)
    assert (truth.var(2, unbiased=False) - 47 / 48).abs().max() < 1e-4


def test_a_flat_patch_stays_finite() -> None:
    assert torch.equal(
        PixelTarget(4, normalize=True).truth(torch.ones(1, 3, 4, 4)), torch.zeros(1, 1, 48)
    )


def test_loss_is_the_mean_over_a_patch_and_keeps_the_truths_precision() -> None:
    truth = torch.zeros(1, 2, 4)
    prediction = torch.tensor([[[1.0, 1, 1, 1], [2, 0, 0, 0]]], dtype=torch.bfloat16)
    loss = PixelTarget(2, normalize=False).loss(prediction, truth)
    assert loss.dtype == torch.float32
    assert loss.tolist() == [[1, 1]]


def test_a_perfect_prediction_is_the_picture_again() -> None:
    images = torch.rand(2, 3, 8, 12, dtype=torch.float64)
    for normalize in (False, True):
        target = PixelTarget(4, normalize=normalize)
        assert_close(target.picture(target.truth(images), images), images)


def test_names_and_notes_say_which_it_is() -> None:
    raw, norm = PixelTarget(16, normalize=False), PixelTarget(16, normalize=True)
    assert (raw.name, raw.width, raw.note) == ("pixel", 768, "")
    assert norm.name == "pixel-norm"
    assert "original patches' mean and std" in norm.note


@pytest.mark.parametrize("normalize", [False, True])
def test_l1_is_the_mean_absolute_error_of_the_same_truth(normalize: bool) -> None:
    images = torch.rand(2, 3, 8, 12, dtype=torch.float64)
    target = PixelTarget(4, normalize=normalize, norm="l1")
    truth = target.truth(images)
    assert torch.equal(truth, PixelTarget(4, normalize=normalize).truth(images))
    prediction = torch.randn(truth.shape, dtype=torch.float64, requires_grad=True)
    loss = target.loss(prediction, truth)
    weights = torch.rand(loss.shape, dtype=torch.float64)
    (loss * weights).sum().backward()
    away = prediction.detach().numpy() - truth.numpy()
    by_hand = np.array([[sum(abs(x) for x in row) / 48 for row in picture] for picture in away])
    assert_close(loss.detach().numpy(), by_hand, rtol=1e-12, atol=0)
    assert prediction.grad is not None
    gradient = np.sign(away) / 48 * weights.numpy()[:, :, None]
    assert_close(prediction.grad.numpy(), gradient, rtol=1e-12, atol=0)
    assert not np.allclose((away**2).mean(2), by_hand)


def test_l1_keeps_the_truths_precision() -> None:
    target = PixelTarget(2, normalize=False, norm="l1")
    loss = target.loss(torch.full((1, 2, 12), 3, dtype=torch.bfloat16), torch.zeros(1, 2, 12))
    assert loss.dtype == torch.float32
    assert loss.tolist() == [[3, 3]]


def test_an_unknown_norm() -> None:
    with pytest.raises(ValueError, match="norm must be 'l1' or 'l2', got 'huber'"):
        PixelTarget(4, normalize=False, norm="huber")  # type: ignore[arg-type]
