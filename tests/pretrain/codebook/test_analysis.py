"""What is measured of a tokenizer, against numbers worked out by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from backbones.pictures.dataset import Pictures
from pretrain.codebook.analysis import analyse, classified, word_probe
from pretrain.codebook.figures import cutout, first_of_each
from pretrain.tokenizers import Tokenizer


class Brightness(Tokenizer):
    """Four words: the quarter in which a patch's mean brightness lies."""

    name, vocabulary, stride = "brightness", 4, 8

    def encode(self, images: Tensor) -> Tensor:
        grey = torch.nn.functional.avg_pool2d(self.unnormalise(images).mean(1, keepdim=True), 8)
        return (grey[:, 0] * 4).long().clamp(0, 3)

    def decode(self, tokens: Tensor) -> Tensor:
        pixels = ((tokens + 0.5) / 4)[:, None].expand(-1, 3, -1, -1)
        return self.normalise(torch.nn.functional.interpolate(pixels.float(), scale_factor=8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve dark and twelve bright pictures, of one grey each."""
    for name, greys in (("dark", (32, 96)), ("bright", (160, 224))):
        (tmp_path / name).mkdir()
        for i in range(12):
            pixels = np.full((16, 16, 3), greys[i % 2], dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    return tmp_path


def test_numbers_by_hand(folder: Path) -> None:
    data = Pictures(str(folder), 16, train=False, labelled=True)
    found = analyse(Brightness(), data, lambda images: (images.mean((1, 2, 3)) < 0).long())
    assert found.counts.tolist() == [24, 24, 24, 24]  # six pictures of each grey, four tokens each
    assert found.usage == 1
    assert found.perplexity == pytest.approx(4)
    assert found.tokens.shape == (24, 2, 2)
    offset = 32 / 255 - 0.125  # each grey is as far from the middle of its quarter
    offsets = [offset, 96 / 255 - 0.375, 160 / 255 - 0.625, 224 / 255 - 0.875]
    assert found.error == pytest.approx(np.mean(np.square(offsets)), rel=1e-3)
    assert found.probe == 100  # "bright" is words 2 and 3
    assert found.classified == 100  # class 1 is "dark"
    assert math.isclose(classified(data, lambda images: torch.zeros(len(images)).long()), 50)


def test_without_labels_or_decoder_less_is_measured(folder: Path) -> None:
    tokenizer = Brightness()
    tokenizer.drawable = False
    found = analyse(tokenizer, Pictures(str(folder), 16, train=False))
    assert (found.error, found.probe, found.classified) == (None, None, None)


def test_classes_of_too_few_pictures_are_not_probed() -> None:
    tokens = torch.arange(40).reshape(10, 2, 2) % 4
    assert word_probe(tokens, 4, torch.arange(10)) is None
    assert word_probe(tokens, 4, torch.zeros(10, dtype=torch.long)) is None
    assert word_probe(tokens, 4, torch.arange(10) % 2) is not None


def test_a_cutout_frames_its_patch_in_its_surroundings(folder: Path) -> None:
    data = Pictures(str(folder), 16, train=False)
    cut = cutout(data, torch.tensor([0, 0, 1]), 8)
    assert cut.shape == (3, 24, 24)
    image = data[0]["images"]
    assert torch.equal(cut[:, 8:16, 8:16], image[:, :8, 8:])  # the patch itself
    assert (cut[:, :7] == 200).all()  # above the picture
    assert cut[:, 7, 7:17].T.unique(dim=0).tolist() == [[230, 60, 30]]
    assert (cutout(data, None, 8) == 255).all()


def test_one_example_a_picture() -> None:
    places = torch.tensor([[0, 1, 1], [0, 2, 2], [3, 0, 0], [3, 1, 0], [5, 5, 5]])
    assert [place.tolist() for place in first_of_each(places)] == [[0, 1, 1], [3, 0, 0], [5, 5, 5]]
