"""The perceptual distance against its definition, and the networks it may look through."""

from pathlib import Path

import pytest
import timm
import torch
from torch.testing import assert_close

from backbones.export import save_export
from backbones.vit import PlainViT
from pretrain.perceptual import PerceptualDistance
from pretrain.tokenizers import VQVAE, save_tokenizer
from pretrain.tokenizers.tokenizer import MEAN, STD

SIZE = {"embed_dims": 16, "depth": 4, "num_heads": 2, "patch_size": 4, "img_size": 16}


@pytest.fixture
def backbone(tmp_path: Path) -> tuple[PlainViT, str]:
    torch.manual_seed(0)
    model = PlainViT(arch=None, out_indices=(0, 3), **SIZE)  # type: ignore[arg-type]
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    save_export(tmp_path / "vit.pth", model.state_dict(), SIZE)
    return model.eval(), str(tmp_path / "vit.pth")


def test_it_is_the_mean_squared_distance_of_unit_features(backbone: tuple[PlainViT, str]) -> None:
    model, file = backbone
    a, b = torch.randn(2, 2, 3, 24, 16)
    total = []
    for first, second in zip(model(a), model(b), strict=True):
        places = first.flatten(2).double(), second.flatten(2).double()
        for n in range(2):
            for place in range(places[0].shape[2]):
                u, v = places[0][n, :, place], places[1][n, :, place]
                total.append((u / u.norm() - v / v.norm()).square().sum())
    wanted = torch.stack(total).mean()
    found = PerceptualDistance(file, (0, 3))(a, b)
    assert_close(found.double(), wanted, rtol=0, atol=1e-5)


def test_only_the_second_picture_gets_a_gradient(backbone: tuple[PlainViT, str]) -> None:
    a, b = torch.randn(2, 1, 3, 16, 16, requires_grad=True).unbind(0)
    a.retain_grad()
    b.retain_grad()
    PerceptualDistance(backbone[1])(a, b).backward()
    assert a.grad is None
    assert b.grad is not None
    assert b.grad.abs().sum() > 0


def test_the_same_picture_is_at_no_distance(backbone: tuple[PlainViT, str]) -> None:
    a = torch.randn(1, 3, 16, 16)
    assert PerceptualDistance(backbone[1])(a, a) == 0


def test_four_depths_are_spread_evenly(backbone: tuple[PlainViT, str], tmp_path: Path) -> None:
    assert PerceptualDistance(backbone[1]).frozen.module.out_indices == (0, 1, 2, 3)
    deep = {**SIZE, "depth": 12}
    model = PlainViT(arch=None, **deep)  # type: ignore[arg-type]
    save_export(tmp_path / "deep.pth", model.state_dict(), deep)
    network = PerceptualDistance(str(tmp_path / "deep.pth")).frozen.module
    assert network.out_indices == (2, 5, 8, 11)


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """timm's weights would be fetched; here its models keep the random ones."""
    create = timm.create_model

    def offline(name: str, *, pretrained: bool, **options: object) -> torch.nn.Module:
        return create(name, pretrained=False, **options)

    monkeypatch.setattr(timm, "create_model", offline)


@pytest.mark.usefixtures("_offline")
def test_timm_models_by_name() -> None:
    a, b = torch.randn(2, 1, 3, 64, 64)
    assert 0 < PerceptualDistance("resnet10t")(a, b) < 4
    vit = PerceptualDistance("vit_tiny_patch16_224.augreg_in21k")  # takes 64 pixels too
    assert 0 < vit(a, b) < 4
    assert vit.frozen.module.feature_info.out_indices == (2, 5, 8, 11)


@pytest.mark.usefixtures("_offline")
def test_a_network_sees_pictures_normalised_as_it_was_trained() -> None:
    """augreg's ViTs take mean and deviation of one half."""
    distance = PerceptualDistance("vit_tiny_patch16_224.augreg_in21k")
    pixels = torch.rand(1, 3, 4, 4)
    ours = (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    assert_close(ours * distance.scale + distance.shift, (pixels - 0.5) / 0.5)


def test_what_it_cannot_look_through(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither the file of an exported backbone"):
        PerceptualDistance("no-such-model")
    with pytest.raises(FileNotFoundError, match="no backbone at"):
        PerceptualDistance(str(tmp_path / "none.pth"))
    tokenizer = VQVAE(8, strides=(4,), widths=(8,))
    save_tokenizer(tmp_path / "t.pth", tokenizer.state_dict(), tokenizer.options, {})
    with pytest.raises(ValueError, match="is a tokenizer; the perceptual loss looks through"):
        PerceptualDistance(str(tmp_path / "t.pth"))
