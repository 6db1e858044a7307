"""Folders of pictures: found, read, replaced where they are broken, and always the same."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms

from backbones.pictures.dataset import ATTEMPTS, Pictures, stack_pictures


@pytest.fixture
def broken(tmp_path: Path, pictures: Path) -> Path:
    for i, path in enumerate(sorted(pictures.rglob("*.png"))):
        data = path.read_bytes()
        cut = {1: data[: len(data) // 2], 3: b"no picture"}.get(i, data)
        (tmp_path / f"{i}.png").write_bytes(cut)
    return tmp_path


def test_a_sample_is_bytes_with_its_label_and_path(pictures: Path) -> None:
    data = Pictures(str(pictures), 32, labelled=True)
    assert data.classes == ("apple", "pear")
    assert [data[0, i]["labels"] for i in range(10)] == [0] * 4 + [1] * 6
    sample = data[0, 4]
    assert sample["images"].dtype == torch.uint8
    assert sample["images"].shape == (3, 32, 32)
    assert sample["path"] == "pear/0.png"
    assert "labels" not in Pictures(str(pictures), 32)[0, 0]


def test_a_view_depends_on_seed_epoch_and_index_only(pictures: Path) -> None:
    options = {"size": 32, "augment": "rand-m9-mstd0.5-inc1"}
    data = Pictures(str(pictures), seed=3, **options)
    first = data[2, 5]["images"]
    random.seed(9)
    np.random.seed(9)  # noqa: NPY002
    torch.manual_seed(9)
    state = random.getstate()
    assert torch.equal(Pictures(str(pictures), seed=3, **options)[2, 5]["images"], first)
    assert random.getstate() == state  # and the caller's generator was left alone
    assert not torch.equal(data[3, 5]["images"], first)
    assert not torch.equal(Pictures(str(pictures), seed=4, **options)[2, 5]["images"], first)


@pytest.mark.parametrize("shape", [(64, 128), (100, 61), (40, 40), (301, 77)])
@pytest.mark.parametrize("centre", [7 / 8, 1.0])
def test_evaluation_is_torchvisions_resize_and_centre_crop(
    tmp_path: Path, shape: tuple[int, int], centre: float
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    picture.save(tmp_path / "a.png")
    view = Pictures(str(tmp_path), 28, train=False, centre=centre)[0]["images"]
    bicubic = transforms.InterpolationMode.BICUBIC
    reference = transforms.Compose(
        [transforms.Resize(int(28 / centre), bicubic), transforms.CenterCrop(28)]
    )
    expected = torch.from_numpy(np.array(reference(picture))).permute(2, 0, 1)
    assert torch.equal(view, expected)


def test_grey_transparent_and_palette_pictures_become_rgb(tmp_path: Path) -> None:
    for mode in ("L", "RGBA", "P", "CMYK"):
        suffix = "tiff" if mode == "CMYK" else "png"
        Image.new(mode, (20, 20)).save(tmp_path / f"{mode}.{suffix}")
    data = Pictures(str(tmp_path), 16)
    assert {tuple(data[0, i]["images"].shape) for i in range(4)} == {(3, 16, 16)}
    assert not any(data[0, i]["skipped"] for i in range(4))


def test_a_broken_picture_is_replaced_the_same_way_each_time(broken: Path) -> None:
    data = Pictures(str(broken), 32)
    sample = data[0, 1]
    assert sample["skipped"][0] == "1.png"
    assert sample["path"] not in ("1.png", "3.png")
    again = Pictures(str(broken), 32)[0, 1]
    assert again["path"] == sample["path"]
    assert torch.equal(again["images"], sample["images"])
    batch = stack_pictures([data[0, i] for i in range(5)])
    assert {"1.png", "3.png"} <= set(batch["skipped"])
    assert batch["images"].shape == (5, 3, 32, 32)


def test_nothing_but_broken_pictures(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(OSError, match=f"{ATTEMPTS} pictures in a row below .* the last one a.jpg"):
        Pictures(str(tmp_path), 32)[0, 0]


@pytest.fixture
def halves(tmp_path: Path) -> str:
    """A picture white on the left and black on the right."""
    picture = Image.new("RGB", (64, 64))
    picture.paste((255, 255, 255), (0, 0, 32, 64))
    picture.save(tmp_path / "halves.png")
    return str(tmp_path)


def white_left(view: torch.Tensor) -> bool:
    return bool(view[:, :, 1].float().mean() > view[:, :, -2].float().mean())


@pytest.mark.parametrize("crop", ["random-size", "fixed"])
def test_half_of_the_training_views_are_flipped(halves: str, crop: str) -> None:
    data = Pictures(halves, 16, scale=(1.0, 1.0), crop=crop)  # type: ignore[arg-type]
    left = sum(white_left(data[epoch, 0]["images"]) for epoch in range(400))
    assert 160 < left < 240


def test_centre_views_never_move(halves: str) -> None:
    data = Pictures(halves, 16, crop="centre")
    views = [data[epoch, 0]["images"] for epoch in range(20)]
    assert all(torch.equal(view, views[0]) for view in views)
    assert torch.equal(Pictures(halves, 16, train=False)[0]["images"], views[0])


def test_a_second_view_is_the_same_crop_at_its_own_size(pictures: Path) -> None:
    data = Pictures(str(pictures), 32, second_size=16, jitter=0.4)
    for index in range(10):
        sample = data[3, index]
        assert sample["second"].shape == (3, 16, 16)
        shrunk = torch.nn.functional.avg_pool2d(sample["images"].float(), 2)
        assert (shrunk - sample["second"]).abs().mean() < 6  # another crop or flip: above 25
    batch = stack_pictures([data[0, i] for i in range(3)])
    assert batch["second"].shape == (3, 3, 16, 16)


def test_an_unknown_crop(pictures: Path) -> None:
    with pytest.raises(ValueError, match=r"crop must be one of .* got 'big'"):
        Pictures(str(pictures), 32, crop="big")  # type: ignore[arg-type]


def test_validation_pictures_take_the_labels_of_the_training_folders(
    pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "pear").symlink_to(pictures / "pear")
    alone = Pictures(str(tmp_path), 16, labelled=True)
    assert set(alone.labels or ()) == {0}
    data = Pictures(str(tmp_path), 16, labelled=True, classes_from=str(pictures))
    assert data.classes == ("apple", "pear")
    assert set(data.labels or ()) == {1}
    with pytest.raises(ValueError, match=r"folders that are none of the 1 classes: apple; the"):
        Pictures(str(pictures), 16, labelled=True, classes_from=str(tmp_path))


def test_an_evaluation_stops_at_a_broken_picture_and_names_it(broken: Path) -> None:
    data = Pictures(str(broken), 32, train=False, unreadable="raise")
    assert data[0]["path"] == "0.png"
    with pytest.raises(OSError, match=r"1\.png cannot be read as a picture .* copy it again"):
        data[1]
    with pytest.raises(ValueError, match="unreadable must be 'replace' or 'raise', got 'skip'"):
        Pictures(str(broken), 32, unreadable="skip")  # type: ignore[arg-type]


def test_a_limit_takes_pictures_of_all_classes_and_says_so(pictures: Path) -> None:
    data = Pictures(str(pictures), 16, labelled=True, limit=4)
    assert (len(data), data.limited) == (4, True)
    assert set(data.labels or ()) == {0, 1}
    assert not Pictures(str(pictures), 16, limit=10).limited
    assert [data[0, i]["index"] for i in range(4)] == [0, 1, 2, 3]
