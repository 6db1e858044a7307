"""The linear probe: separable classes are told apart, noise is not."""

import pytest
import torch

from pretrain.codebook.probe import probe_accuracy


def test_separable_classes_and_noise() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(200) % 4
    noise = torch.randn(200, 6, generator=generator)
    assert 5 < probe_accuracy(noise, labels) < 45  # chance is 25
    centres = 4 * torch.randn(4, 6, generator=generator)
    assert probe_accuracy(noise + centres[labels], labels) > 95
    # the scale and place of a feature do not matter
    moved = 1e3 * (noise + centres[labels]) - 77
    assert probe_accuracy(moved, labels) == probe_accuracy(noise + centres[labels], labels)


def test_it_is_scored_on_what_it_has_not_seen() -> None:
    """As many features as pictures: the fitted half is learnt by heart."""
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(80, 200, generator=generator)
    assert probe_accuracy(features, torch.arange(80) % 2) < 75


def test_too_little_to_probe() -> None:
    with pytest.raises(ValueError, match="a probe needs two classes and four pictures, got 1"):
        probe_accuracy(torch.randn(8, 2), torch.zeros(8, dtype=torch.long))
