"""Usage and perplexity by hand."""

import math

import pytest
import torch

from pretrain.hooks.codebook import spread


def test_evenly_used_words_are_their_own_perplexity() -> None:
    assert spread(torch.tensor([5.0, 5, 5, 5])) == pytest.approx((1.0, 4.0))


def test_a_word_never_chosen_counts_for_usage_only() -> None:
    usage, perplexity = spread(torch.tensor([3.0, 1, 0, 0]))
    assert usage == 0.5
    assert perplexity == pytest.approx(math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25))))


def test_nothing_chosen_is_no_error() -> None:
    assert spread(torch.zeros(4))[0] == 0
