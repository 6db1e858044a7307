"""Bytes to normalised floats and back."""

import torch

from pretrain.normalise import NormalisePictures

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
