"""Folders of pictures: found, read, replaced where they are broken, and always the same."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pretrain.data import (
    ATTEMPTS,
    Pictures,
    augmented,
    class_names,
    find_pictures,
    stack_pictures,
)


@pytest.fixture
def broken(tmp_path: Path, pictures: Path) -> Path:
    for i, path in enumerate(sorted(pictures.rglob("*.png"))):
        data = path.read_bytes()
        cut = {1: data[: len(data) // 2], 3: b"no picture"}.get(i, data)
        (tmp_path / f"{i}.png").write_bytes(cut)
    return tmp_path


def test_nested_flat_hidden_and_linked(tmp_path: Path, pictures: Path) -> None:
    flat = (pictures / "apple" / "0.png").read_bytes()
    (tmp_path / "b.PNG").write_bytes(flat)
    (tmp_path / ".hidden.png").write_bytes(flat)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "linked").symlink_to(pictures / "apple")
    assert find_pictures(tmp_path) == ["b.PNG", *(f"linked/{i}.png" for i in range(4))]


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


def test_evaluation_is_a_resize_and_a_centre_crop(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 128, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    picture.save(tmp_path / "a.png")
    view = Pictures(str(tmp_path), 28, train=False)[0]["images"]
    whole = picture.resize((64, 32), Image.Resampling.BICUBIC)  # 28 * 8 / 7 = 32
    expected = torch.from_numpy(np.array(whole.crop((18, 2, 46, 30)))).permute(2, 0, 1)
    assert (view.int() - expected.int()).abs().max() <= 1


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


def test_a_missing_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"no folder of pictures at {tmp_path}/none"):
        find_pictures(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=f"no pictures .* in or below {tmp_path}"):
        find_pictures(tmp_path)


def test_labels_need_folders(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "loose.png").write_bytes((pictures / "apple" / "0.png").read_bytes())
    with pytest.raises(ValueError, match=r"one folder a class below .*loose\.png lies directly"):
        class_names(tmp_path)


def test_an_empty_folder_is_no_class(tmp_path: Path, pictures: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "pear").symlink_to(pictures / "pear")
    assert class_names(tmp_path) == ("pear",)


def test_randaugment_is_drawn_again_where_pillow_refuses_and_fails_loudly_otherwise() -> None:
    refusals = iter(["bits must be between or equal to 1 and 8", None])

    def augment(picture: Image.Image) -> Image.Image:
        if message := next(refusals):
            raise ValueError(message)
        return picture

    picture = Image.new("RGB", (4, 4))
    assert augmented(picture, augment) is picture

    def broken(_: Image.Image) -> Image.Image:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        augmented(picture, broken)


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
