"""The panels show what they say they show, for every kind of model."""

from typing import Any

import pytest
import torch
from mmengine.model import BaseModel

from backbones.pictures.normalise import NormalisePictures
from pretrain import MaskedImageModel, TokenizerModel
from pretrain.columns import GREY, Drawing, draw

ENCODER = {"arch": None, "img_size": 16, "patch_size": 4, "embed_dims": 8, "depth": 1}
PREPROCESS = NormalisePictures((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def build(target: dict[str, Any], **options: Any) -> MaskedImageModel:
    arguments: dict[str, Any] = {
        "decoder": {"embed_dims": 8, "depth": 1, "num_heads": 2},
        "data_preprocessor": PREPROCESS,
        **options,
    }
    return MaskedImageModel({**ENCODER, "num_heads": 2}, target, **arguments).eval()


def pictures(number: int, side: int = 16) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    bytes_ = torch.randint(0, 256, (number, 3, side, side), generator=generator)
    return {"images": bytes_.to(torch.uint8)}


PIXELS = {"type": "PixelTarget", "normalize": True}


def test_three_quarters_are_hidden_and_the_rest_is_pasted() -> None:
    batch, model = pictures(3), build(PIXELS)
    columns, caption = draw(model, batch)
    assert list(columns) == ["original", "masked", "reconstruction", "pasted"]
    assert caption.startswith("75% hidden\ntarget normalised per patch")
    hidden = (columns["masked"] == GREY).all(1)  # [N, H, W]
    assert 0.74 < hidden.float().mean() < 0.77
    shown = ~hidden[:, None].expand(-1, 3, -1, -1)
    assert torch.equal(columns["pasted"][shown], batch["images"][shown])
    assert torch.equal(columns["pasted"][~shown], columns["reconstruction"][~shown])


def test_the_seed_chooses_the_mask_and_nothing_outside_moves() -> None:
    batch, model = pictures(3), build(PIXELS)
    state = torch.get_rng_state()
    first = draw(model, batch, 1).columns["masked"]
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(draw(model, batch, 1).columns["masked"], first)
    assert not torch.equal(draw(model, batch, 2).columns["masked"], first)


@pytest.mark.parametrize("normalize", [False, True])
def test_a_perfect_model_reconstructs_the_bytes_exactly(normalize: bool) -> None:
    batch, model = pictures(2), build({"type": "PixelTarget", "normalize": normalize})
    truth = model.target.truth(PREPROCESS(batch)["images"])
    model.predict = lambda images, masking: truth  # type: ignore[method-assign]
    assert torch.equal(draw(model, batch).columns["reconstruction"], batch["images"])


@pytest.mark.parametrize("target", ["HOGTarget", "PCATarget", "PaletteTarget"])
def test_every_target_draws_a_picture(target: str) -> None:
    options = {"HOGTarget": {"cell": 4}, "PCATarget": {"components": 3}}.get(target, {"colours": 4})
    batch, model = pictures(2), build({"type": target, **options})
    columns = draw(model, batch).columns
    assert columns["reconstruction"].shape == (2, 3, 16, 16)
    assert columns["reconstruction"].dtype == torch.uint8


def test_block_masks_with_mask_tokens_are_drawn_too() -> None:
    masks = {"type": "BlockMask", "smallest": 2}
    model = build(PIXELS, form="mask-token", masking=masks, mask_ratio=0.5)
    hidden = (draw(model, pictures(4)).columns["masked"] == GREY).all(1).float().mean((1, 2))
    assert (hidden > 0.05).all()
    assert (hidden <= 0.51).all()


def test_a_target_without_a_decoder_still_shows_the_masks() -> None:
    model = build(PIXELS)
    model.target.drawable = False
    columns, caption = draw(model, pictures(2))
    assert list(columns) == ["original", "masked"]
    assert "no decoder for pixel-norm" in caption


def test_a_tokenizer_draws_its_reconstruction() -> None:
    options = {"vocabulary": 8, "strides": (4,), "widths": (8,), "code_dims": 4}
    model = TokenizerModel(options, data_preprocessor=PREPROCESS).eval()
    batch = pictures(2, 24)
    model(PREPROCESS(batch)["images"], mode="loss")
    drawing = draw(model, batch)
    assert isinstance(drawing, Drawing)
    assert list(drawing.columns) == ["original", "reconstruction"]
    wanted = model(PREPROCESS(batch)["images"], mode="tensor").reconstruction
    assert torch.equal(drawing.columns["reconstruction"], PREPROCESS.to_bytes(wanted))
    assert drawing.caption == "8 code words, one for 4 pixels"


def test_a_model_without_pictures_is_refused() -> None:
    class Silent(BaseModel):
        def forward(self) -> None: ...

    with pytest.raises(TypeError, match="a Silent makes no pictures"):
        draw(Silent(), pictures(1))
