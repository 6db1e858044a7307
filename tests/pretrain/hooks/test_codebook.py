"""Usage and perplexity by hand."""

import logging
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from mmengine.logging import MessageHub

from backbones.pictures.normalise import NormalisePictures
from pretrain import TokenizerModel
from pretrain.hooks.codebook import CodebookUsage, spread


def test_evenly_used_words_are_their_own_perplexity() -> None:
    assert spread(torch.tensor([5.0, 5, 5, 5])) == pytest.approx((1.0, 4.0))


def test_a_word_never_chosen_counts_for_usage_only() -> None:
    usage, perplexity = spread(torch.tensor([3.0, 1, 0, 0]))
    assert usage == 0.5
    assert perplexity == pytest.approx(math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25))))


def test_nothing_chosen_is_no_error() -> None:
    assert spread(torch.zeros(4))[0] == 0


class Runner:
    """As much of MMEngine's runner as the hook touches."""

    def __init__(self, model: TokenizerModel) -> None:
        self.model = model
        self.logger = logging.getLogger("codebook")
        self.message_hub = MessageHub.get_instance("test-codebook")


@pytest.fixture
def measure() -> Callable[[TokenizerModel], dict[str, float]]:
    def run(model: TokenizerModel) -> dict[str, float]:
        runner: Any = Runner(model)
        hook = CodebookUsage()
        generator = torch.Generator().manual_seed(0)
        pixels = torch.randint(0, 256, (40, 3, 16, 16), generator=generator)
        hook.images = pixels.to(torch.uint8)
        hook.after_train_epoch(runner)
        scalars = runner.message_hub.log_scalars
        return {name: scalars[f"train/{name}"].current() for name in ("usage", "perplexity")}

    return run


def build(words: int) -> TokenizerModel:
    torch.manual_seed(0)
    options = {"vocabulary": words, "strides": (4,), "widths": (8,), "code_dims": 4}
    preprocess = NormalisePictures((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    model = TokenizerModel(options, data_preprocessor=preprocess)
    for _ in range(2):
        model(torch.randn(16, 3, 16, 16), mode="loss")
    return model


def test_a_codebook_in_use_is_not_warned_of(
    measure: Callable[..., dict[str, float]], caplog: pytest.LogCaptureFixture
) -> None:
    found = measure(build(8))
    assert found["usage"] == 1
    assert 4 < found["perplexity"] <= 8
    assert "collapsed" not in caplog.text


def test_a_collapsed_one_is(
    measure: Callable[..., dict[str, float]], caplog: pytest.LogCaptureFixture
) -> None:
    """An encoder that says the same of everything chooses one word."""
    model = build(32)
    for parameter in model.tokenizer.encoder.parameters():
        parameter.data.zero_()
    model.tokenizer.encoder[-1].bias.data.fill_(1.0)
    found = measure(model)
    assert found == {"usage": 1 / 32, "perplexity": pytest.approx(1)}
    assert "the codebook has collapsed to 3.1% of its 32 words" in caplog.text
