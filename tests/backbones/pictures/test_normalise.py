"""Bytes to normalised floats and back."""

import torch

from backbones.pictures.normalise import NormalisePictures

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def test_values_by_hand_and_only_tensors_pass() -> None:
    images = torch.tensor([0, 255, 51], dtype=torch.uint8).reshape(1, 3, 1, 1)
    batch = NormalisePictures(MEAN, STD)({"images": images, "path": ["a"], "skipped": []})
    assert batch.keys() == {"images"}
    expected = [(0 - 0.485) / 0.229, (1 - 0.456) / 0.224, (0.2 - 0.406) / 0.225]
    assert torch.allclose(batch["images"].flatten(), torch.tensor(expected))


def test_bytes_come_back_exactly() -> None:
    normalise = NormalisePictures(MEAN, STD)
    images = torch.arange(256, dtype=torch.uint8).repeat(3).reshape(1, 3, 16, 16)
    assert torch.equal(normalise.to_bytes(normalise({"images": images})["images"]), images)
    assert normalise.to_bytes(torch.full((1, 3, 1, 1), 99.0)).eq(255).all()


def test_it_adds_nothing_to_a_checkpoint() -> None:
    assert not NormalisePictures(MEAN, STD).state_dict()


def test_a_second_view_is_normalised_alike() -> None:
    images = torch.full((1, 3, 2, 2), 51, dtype=torch.uint8)
    batch = NormalisePictures(MEAN, STD)({"images": images, "second": images[:, :, :1, :1]})
    assert torch.equal(batch["second"], batch["images"][:, :, :1, :1])


def test_mean_and_std_may_be_given_for_bytes() -> None:
    images = torch.randint(0, 256, (1, 3, 4, 4), dtype=torch.uint8)
    mean, std = ([255 * x for x in numbers] for numbers in (MEAN, STD))
    of_bytes = NormalisePictures(mean, std, unit=1)
    shares = NormalisePictures(MEAN, STD)({"images": images})["images"]
    assert torch.allclose(of_bytes({"images": images})["images"], shares, atol=1e-6)
    assert torch.equal(of_bytes.to_bytes(shares), images)
