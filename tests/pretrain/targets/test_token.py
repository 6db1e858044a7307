"""The token target: cross-entropy on a tokenizer's words, derived in float64."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from pretrain import MaskedImageModel
from pretrain.targets import TokenTarget
from pretrain.tokenizers import VQVAE, save_tokenizer

OPTIONS = {"type": "VQVAE", "vocabulary": 8, "strides": (4,), "widths": (8,), "code_dims": 4}


@pytest.fixture
def file(tmp_path: Path) -> str:
    torch.manual_seed(0)
    tokenizer = VQVAE(8, strides=(4,), widths=(8,), code_dims=4, name="small")
    for _ in range(3):
        tokenizer(torch.randn(4, 3, 16, 16))
    path = tmp_path / "small.pth"
    save_tokenizer(path, tokenizer.state_dict(), tokenizer.options, {})
    return str(path)


def derive(prediction: Tensor, truth: Tensor, *, broken: str = "") -> Tensor:
    losses = []
    for logits, words in zip(prediction.double(), truth, strict=True):
        for row, word in zip(logits, words.tolist(), strict=True):
            if broken == "no normaliser":
                losses.append(-row[word])
            elif broken == "wrong axis":
                losses.append(torch.logsumexp(logits[:, word], 0) - row[word])
            elif broken == "next word":
                losses.append(torch.logsumexp(row, 0) - row[(word + 1) % len(row)])
            else:
                losses.append(torch.logsumexp(row, 0) - row[word])
    return torch.stack(losses).reshape(truth.shape)


def test_truth_loss_and_gradient(file: str) -> None:
    target = TokenTarget(4, tokenizer=file)
    images = torch.randn(2, 3, 12, 16)
    truth = target.truth(images)
    assert torch.equal(truth, target.frozen.module.encode(images).flatten(1))
    assert (target.width, target.name, truth.shape) == (8, "small", (2, 12))
    prediction = torch.randn(2, 12, 8, dtype=torch.float64, requires_grad=True)
    loss = target.loss(prediction, truth)
    (found,) = torch.autograd.grad(loss.sum(), prediction)
    wanted = derive(prediction, truth)
    (expected,) = torch.autograd.grad(wanted.sum(), prediction)
    assert_close(loss, wanted, rtol=0, atol=1e-12)
    assert_close(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("broken", ["no normaliser", "wrong axis", "next word"])
def test_the_comparison_notices_a_broken_variant(file: str, broken: str) -> None:
    target = TokenTarget(4, tokenizer=file)
    torch.manual_seed(1)
    truth, prediction = target.truth(torch.randn(2, 3, 8, 8)), torch.randn(2, 4, 8)
    difference = target.loss(prediction, truth) - derive(prediction, truth, broken=broken)
    assert difference.abs().max() > 1e-3


def test_half_precision_logits_are_scored_in_float32(file: str) -> None:
    target = TokenTarget(4, tokenizer=file)
    truth = torch.tensor([3, 5])
    loss = target.loss(torch.randn(2, 8, dtype=torch.bfloat16), truth)
    assert loss.dtype == torch.float32
    assert loss.shape == (2,)


def test_the_picture_of_the_right_words_is_the_tokenizers_reconstruction(file: str) -> None:
    target = TokenTarget(4, tokenizer=file)
    images = torch.randn(2, 3, 12, 16)
    certain = torch.nn.functional.one_hot(target.truth(images), 8).float() * 9
    wanted = target.frozen.module(images).reconstruction
    assert_close(target.picture(certain, images), wanted)


def test_a_second_view_has_its_own_size(file: str) -> None:
    target = TokenTarget(8, tokenizer=file, second_size=8)  # 16 pixels, 2 x 2 patches
    assert target.truth(torch.randn(1, 3, 8, 8)).shape == (1, 4)
    assert target.picture(torch.randn(1, 4, 8), torch.randn(1, 3, 16, 16)).shape == (1, 3, 16, 16)


def test_tokens_must_lie_as_the_patches_do(file: str) -> None:
    target = TokenTarget(8, tokenizer=file, second_size=8)
    target.check_grid((2, 2))
    with pytest.raises(ValueError, match="2 x 2 tokens of a view of 8 pixels, the encoder has 3 x"):
        target.check_grid((3, 3))
    encoder = {"arch": None, "img_size": 24, "patch_size": 8, "embed_dims": 8, "depth": 1}
    options = {"type": "TokenTarget", "tokenizer": file, "second_size": 8}
    with pytest.raises(ValueError, match=r"set target\.second_size and dataset\.second_size to 12"):
        MaskedImageModel({**encoder, "num_heads": 1}, options, None, form="mask-token")
    options["second_size"] = 12
    model = MaskedImageModel({**encoder, "num_heads": 1}, options, None, form="mask-token")
    with pytest.raises(ValueError, match=r"needs a second view of 12 pixels and got \(8, 8\)"):
        model(torch.randn(1, 3, 24, 24), second=torch.randn(1, 3, 8, 8))
    with pytest.raises(ValueError, match=r"dataset\.second_size=12"):
        model(torch.randn(1, 3, 24, 24))


def test_the_tokenizer_is_nobodys_parameter(file: str) -> None:
    target = TokenTarget(4, tokenizer=file).train()
    assert not list(target.parameters())
    assert not target.state_dict()
    assert not target.frozen.module.training
    assert not any(p.requires_grad for p in target.frozen.module.parameters())


def test_the_tokenizer_lies_channels_last_and_comes_along(file: str) -> None:
    target = TokenTarget(4, tokenizer=file)
    weight = target.frozen.module.encoder[0].weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert not weight.is_contiguous()
    target.follow(torch.empty(0, device="meta"))
    assert {p.device.type for p in target.frozen.module.parameters()} == {"meta"}


def test_a_compiled_model_has_its_tokenizer_with_it(file: str) -> None:
    """Moved at the first step, it would be moved within the graph."""
    encoder = {"arch": None, "img_size": 8, "patch_size": 4, "embed_dims": 8, "depth": 1}
    options = {"type": "TokenTarget", "tokenizer": file}
    model = MaskedImageModel({**encoder, "num_heads": 1}, options, None, form="mask-token")
    model.to("meta").compile(backend="eager")
    assert isinstance(model.target, TokenTarget)
    assert {p.device.type for p in model.target.frozen.module.parameters()} == {"meta"}


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(ValueError, match="a token target needs a tokenizer"):
        TokenTarget(4, tokenizer="")
    with pytest.raises(ValueError, match="makes a token of 4 pixels, a patch has 8"):
        TokenTarget(8, tokenizer=OPTIONS)
    with pytest.raises(FileNotFoundError, match="no tokenizer at none"):
        TokenTarget(4, tokenizer="none.pth")
