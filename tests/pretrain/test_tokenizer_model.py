"""Training a tokenizer: the parts of its loss, and what is counted."""

import copy
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from backbones.export import save_export
from backbones.vit import PlainViT
from pretrain import TokenizerModel

OPTIONS = {"vocabulary": 8, "strides": (4,), "widths": (8,), "code_dims": 4}
SIZE = {"embed_dims": 16, "depth": 4, "num_heads": 2, "patch_size": 4, "img_size": 16}


@pytest.fixture
def network(tmp_path: Path) -> str:
    model = PlainViT(arch=None, **SIZE)  # type: ignore[arg-type]
    save_export(tmp_path / "vit.pth", model.state_dict(), SIZE)
    return str(tmp_path / "vit.pth")


def test_the_parts_are_the_definition(network: str) -> None:
    torch.manual_seed(0)
    model = TokenizerModel(
        OPTIONS, perceptual=network, pixel_weight=2.0, perceptual_weight=3.0, commitment_weight=5.0
    )
    images = torch.randn(4, 3, 16, 16)
    model(images, mode="loss")  # k-means
    model.eval()
    coded = model(images, mode="tensor")
    found = model(images, mode="loss")
    assert_close(found["loss_pixel"], 2 * (coded.reconstruction - images).square().mean())
    assert model.distance is not None
    wanted = 3 * model.distance(images, coded.reconstruction)
    assert_close(found["loss_perceptual"], wanted)
    model.train()
    own = copy.deepcopy(model.tokenizer)
    found = model(images, mode="loss")
    assert set(found) == {"loss_pixel", "loss_perceptual", "loss_commitment"}
    assert found["loss_commitment"] > 0
    assert_close(found["loss_commitment"], 5 * own(images).commitment)


def test_what_is_switched_off_is_measured_and_not_learnt(network: str) -> None:
    model = TokenizerModel(OPTIONS, perceptual=network, pixel_weight=0.0)
    found = model(torch.randn(4, 3, 16, 16), mode="loss")
    assert set(found) >= {"pixel", "loss_perceptual"}
    assert "loss_pixel" not in found
    assert not found["pixel"].requires_grad
    found = TokenizerModel(OPTIONS, perceptual=network, perceptual_weight=0.0)(
        torch.randn(4, 3, 16, 16), mode="loss"
    )
    assert set(found) >= {"perceptual", "loss_pixel"}


def test_the_network_is_not_trained_or_saved(network: str) -> None:
    model = TokenizerModel(OPTIONS, perceptual=network)
    assert all(name.startswith("tokenizer.") for name in model.state_dict())
    assert all(name.startswith("tokenizer.") for name, _ in model.named_parameters())


def test_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="the tokenizer has nothing to learn from"):
        TokenizerModel(OPTIONS, pixel_weight=0.0)
    with pytest.raises(ValueError, match="name the network the perceptual loss looks through"):
        TokenizerModel(OPTIONS, perceptual="")
