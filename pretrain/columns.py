"""What a model makes of pictures, as titled columns to draw.

Shapes: N pictures, L patches, H W pixels.
"""

from functools import singledispatch
from typing import NamedTuple

import torch
from mmengine.model import BaseModel
from torch import Tensor

from pretrain.masking import Masking
from pretrain.model import MaskedImageModel
from pretrain.patches import unpatchify
from pretrain.tokenizer_model import TokenizerModel

GREY = 128


class Drawing(NamedTuple):
    columns: dict[str, Tensor]  # title to uint8 pictures [N, 3, H, W], in order
    caption: str


@singledispatch
def draw(model: BaseModel, batch: dict[str, Tensor], seed: int = 0) -> Drawing:
    """A loader's `batch` of pictures through `model`, with the same masks for the same seed.

    Raises:
        TypeError: for a model that makes no pictures.
    """
    raise TypeError(f"a {type(model).__name__} makes no pictures")


@draw.register
@torch.no_grad()
def draw_masked(model: MaskedImageModel, batch: dict[str, Tensor], seed: int = 0) -> Drawing:
    """Original, masked, and where the target can be drawn reconstruction and pasted.

    "Pasted" keeps the visible patches and fills the hidden ones with the prediction; the model is
    not asked for the visible ones, which is why "reconstruction" looks worse there.
    """
    preprocess, size = model.data_preprocessor, model.encoder.patch_size
    images = preprocess(batch)["images"]
    masking = seeded_masking(model, len(images), seed, images.device)
    original = batch["images"].to(images.device)
    values = masking.mask[:, :, None].expand(-1, -1, 3 * size**2).to(torch.uint8)  # [N, L, P]
    hidden = unpatchify(values, size, model.encoder.grid).bool()  # [N, 3, H, W]
    columns = {"original": original, "masked": original.masked_fill(hidden, GREY)}
    caption = f"{float(masking.mask.mean()):.0%} hidden"
    if not model.target.drawable:
        return Drawing(columns, f"{caption}\nno decoder for {model.target.name}: nothing to draw")
    prediction = model.predict(images, masking)
    whole = preprocess.to_bytes(model.target.picture(prediction, images))
    columns |= {"reconstruction": whole, "pasted": torch.where(hidden, whole, original)}
    return Drawing(columns, "\n".join(filter(None, [caption, model.target.note])))


@draw.register
@torch.no_grad()
def draw_coded(model: TokenizerModel, batch: dict[str, Tensor], seed: int = 0) -> Drawing:
    """Original and reconstruction."""
    preprocess = model.data_preprocessor
    images = preprocess(batch)["images"]
    coded = preprocess.to_bytes(model(images, mode="tensor").reconstruction.float())
    words = f"{model.tokenizer.vocabulary} code words, one for {model.tokenizer.stride} pixels"
    return Drawing({"original": batch["images"].to(coded.device), "reconstruction": coded}, words)


def seeded_masking(
    model: MaskedImageModel, images: int, seed: int, device: torch.device
) -> Masking:
    """The sampler's masks for a seed, leaving the global generators as they were."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        return model.masks.draw(images, device)
