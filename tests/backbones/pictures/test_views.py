"""Views: RandAugment's refusals, and scaled decoding that draws what whole decoding draws."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import avg_pool2d

from backbones.pictures.dataset import Pictures
from backbones.pictures.views import augmented


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Eight JPEGs large enough to be decoded at a smaller scale, and a PNG."""
    folder = tmp_path_factory.mktemp("photographs")
    for i in range(9):
        blobs = np.random.default_rng(i).integers(0, 256, (6, 7, 3), dtype=np.uint8)
        picture = Image.fromarray(blobs).resize((420, 300 + 10 * i), Image.Resampling.BICUBIC)
        picture.save(folder / (f"{i}.jpg" if i < 8 else "8.png"), quality=92)
    return str(folder)


@pytest.mark.parametrize("crop", ["random-size", "fixed", "centre"])
@pytest.mark.parametrize("jitter", [0.0, 0.4])
def test_scaled_decoding_draws_what_whole_decoding_draws(
    photographs: str, crop: str, jitter: float
) -> None:
    """Crop, flip and colours. A crop's edges may lie half a pixel of the view elsewhere."""
    options = {"crop": crop, "jitter": jitter, "second_size": 24}
    whole, scaled = (
        Pictures(photographs, 48, decoding=decoding, **options)  # type: ignore[arg-type]
        for decoding in ("whole", "scaled")
    )

    def apart(first: torch.Tensor, second: torch.Tensor) -> float:
        return float((first.float() - second.float()).abs().mean())

    for draw in ((epoch, index) for epoch in range(3) for index in range(len(whole))):
        expected, found = whole[draw], scaled[draw]
        assert found["images"].dtype == torch.uint8
        assert found["images"].is_contiguous()
        for name in ("images", "second"):
            assert apart(found[name], expected[name]) < 7
            assert apart(found[name].flip(-1), expected[name]) > 15
        assert apart(avg_pool2d(found["images"].float(), 2), found["second"]) < 7


def test_the_scale_suffices_for_the_larger_view(photographs: str) -> None:
    options = {"crop": "centre", "second_size": 160}
    whole, scaled = (
        Pictures(photographs, 24, decoding=decoding, **options)  # type: ignore[arg-type]
        for decoding in ("whole", "scaled")
    )
    for index in range(8):
        off = scaled[0, index]["second"].float() - whole[0, index]["second"].float()
        assert off.abs().mean() < 3  # at half the sides, 75 pixels for these 160, 9.7


def test_scaled_decoding_augments_alike_and_repeats(photographs: str) -> None:
    options = {"augment": "rand-m9-mstd0.5-inc1", "seed": 4}
    whole, scaled, again = (
        Pictures(photographs, 48, decoding=decoding, **options)  # type: ignore[arg-type]
        for decoding in ("whole", "scaled", "scaled")
    )
    near = 0
    for draw in ((epoch, index) for epoch in range(3) for index in range(len(whole))):
        found = scaled[draw]["images"]
        assert torch.equal(found, again[draw]["images"])
        near += bool((found.float() - whole[draw]["images"].float()).abs().mean() < 6)
    assert near >= 24  # of 27: posterizing and solarizing cut values near to a step apart


def test_an_evaluation_is_cut_from_the_whole_picture_however_training_decodes(
    photographs: str,
) -> None:
    whole = Pictures(photographs, 48, train=False)
    scaled = Pictures(photographs, 48, train=False, decoding="scaled")
    assert all(torch.equal(whole[i]["images"], scaled[i]["images"]) for i in range(9))
    trained = Pictures(photographs, 48, decoding="scaled")
    assert torch.equal(trained.sample(4), whole.sample(4))


def test_a_truncated_jpeg_is_replaced_under_scaled_decoding_too(
    photographs: str, tmp_path: Path
) -> None:
    data = (Path(photographs) / "0.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data)
    (tmp_path / "b.jpg").write_bytes(data[: len(data) // 2])
    for decoding in ("whole", "scaled"):
        sample = Pictures(str(tmp_path), 48, decoding=decoding)[0, 1]  # type: ignore[arg-type]
        assert sample["path"] == "a.jpg"
        assert set(sample["skipped"]) == {"b.jpg"}


def test_an_unknown_decoding(photographs: str) -> None:
    with pytest.raises(ValueError, match=r"decoding must be one of .* got 'fast'"):
        Pictures(photographs, 48, decoding="fast")  # type: ignore[arg-type]


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
