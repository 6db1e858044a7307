"""From a picture's file to the views a model sees, and all that is random about them.

Shapes: S side in pixels.
"""

import copy
import io
import random
from collections.abc import Callable
from typing import Literal, Self

import numpy as np
import torch
from PIL import Image
from timm.data import rand_augment_transform
from torch import Tensor

from backbones.pictures.crops import Box, centre_box, centred, crop_box, fixed_box, jitter
from backbones.pictures.decode import DECODERS, Whole, available, bytes_view, cut
from backbones.pictures.randomness import seeded
from backbones.pictures.source import UnreadablePictureError

REFUSALS = 50  # draws of RandAugment that Pillow refuses before it is an error
CROPS = ("random-size", "fixed", "centre")
DECODING = ("whole", "scaled")
FILL = (124, 116, 104)  # ImageNet's mean colour, where RandAugment moves a picture's edge inwards


class Views:
    """What `Pictures` makes of a file; its docstring explains the options.

    Raises:
        ValueError: for an unknown `crop` or `decoding`.
    """

    def __init__(
        self,
        size: int,
        *,
        second_size: int | None,
        crop: Literal["random-size", "fixed", "centre"],
        scale: tuple[float, float],
        jitter: float,
        augment: str | None,
        train: bool,
        centre: float,
        decoding: Literal["whole", "scaled"],
    ) -> None:
        if crop not in CROPS:
            raise ValueError(f"crop must be one of {CROPS}, got {crop!r}")
        if decoding not in DECODING:
            raise ValueError(f"decoding must be one of {DECODING}, got {decoding!r}")
        self.size, self.second_size, self.train = size, second_size, train
        self.crop, self.scale, self.jitter, self.centre = crop, scale, jitter, centre
        self.scaled = decoding == "scaled"
        options = {
            "interpolation": Image.Resampling.BICUBIC,
            "translate_const": int(size * 0.45),
            "img_mean": FILL,
        }
        self.augment = rand_augment_transform(augment, options) if augment else None

    def plain(self, size: int) -> Self:
        """Views as an evaluation cuts them, of another size."""
        views = copy.copy(self)
        views.size, views.second_size, views.augment, views.train = size, None, None, False
        return views

    def make(self, data: bytes, seed: int) -> dict[str, Tensor]:
        """`images`, uint8 `[3, S, S]`, and `second` where asked for; the same for the same seed.

        Raises:
            UnreadablePictureError: where the file is broken, or no picture.
        """
        draw = random.Random(seed)
        if self.train and self.scaled:
            return self.from_scaled(data, draw, seed)
        return self.from_whole(read_picture(data), draw, seed)

    def from_whole(self, picture: Image.Image, draw: random.Random, seed: int) -> dict[str, Tensor]:
        """Every step is Pillow's and works on the whole picture, as published code does."""
        if not self.train and self.second_size is None:
            return {"images": to_tensor(centred(picture, self.size, self.centre))}
        if self.train and self.crop == "random-size":
            picture = picture.crop(crop_box(*picture.size, self.scale, draw))
            box: Box = (0, 0, *picture.size)  # cut first, as torchvision's RandomResizedCrop
        elif self.train and self.crop == "fixed":
            box = fixed_box(*picture.size, draw)
        else:
            box = centre_box(*picture.size)
        flip = self.train and self.crop != "centre" and draw.random() < 0.5
        if self.train and self.jitter:
            picture = jitter(picture, self.jitter, draw)
        view = resized(picture, box, self.size, Image.Resampling.BICUBIC, flip=flip)
        views = {"images": to_tensor(self.augmented(view, seed))}
        if self.second_size is not None:
            second = resized(picture, box, self.second_size, Image.Resampling.LANCZOS, flip=flip)
            views["second"] = to_tensor(second)
        return views

    def from_scaled(self, data: bytes, draw: random.Random, seed: int) -> dict[str, Tensor]:
        """The same draws in the same order, on the crop alone and at the scale it needs."""
        decoder = DECODERS[available()[-1]]
        try:
            pixels, _ = cut(
                data,
                max(self.size, self.second_size or 0),
                lambda width, height: self.draw_box(width, height, draw),
                decoder,
            )
        except Exception as error:  # decoders raise nearly anything on a broken file
            raise UnreadablePictureError(str(error)) from error
        flip = self.crop != "centre" and draw.random() < 0.5
        if self.jitter:
            shaken = jitter(Image.fromarray(pixels.numpy()), self.jitter, draw)
            pixels = torch.from_numpy(np.array(shaken))
        image = bytes_view(pixels, self.size, flip=flip)
        if self.augment is not None:
            picture = Image.fromarray(image.permute(1, 2, 0).numpy())
            image = to_tensor(self.augmented(picture, seed))
        views = {"images": image}
        if self.second_size is not None:
            crop = Image.fromarray(pixels.numpy())
            box: Box = (0, 0, *crop.size)
            second = resized(crop, box, self.second_size, Image.Resampling.LANCZOS, flip=flip)
            views["second"] = to_tensor(second)
        return views

    def draw_box(self, width: int, height: int, draw: random.Random) -> Whole:
        if self.crop == "random-size":
            return crop_box(width, height, self.scale, draw)
        fixed = self.crop == "fixed"
        box = fixed_box(width, height, draw) if fixed else centre_box(width, height)
        left, top, right, bottom = (round(side) for side in box)
        return left, top, right, bottom

    def augmented(self, view: Image.Image, seed: int) -> Image.Image:
        if self.augment is None:
            return view
        with seeded(seed):
            return augmented(view, self.augment)


def read_picture(data: bytes) -> Image.Image:
    """In RGB, whatever the file holds.

    Raises:
        UnreadablePictureError: where the file is broken, or no picture.
    """
    try:
        with Image.open(io.BytesIO(data)) as file:
            return file.convert("RGB")
    except Exception as error:  # decoders raise nearly anything on a broken file
        raise UnreadablePictureError(str(error)) from error


def resized(
    picture: Image.Image, box: Box, size: int, kernel: Image.Resampling, *, flip: bool
) -> Image.Image:
    """`box` of `picture` as `size` x `size` pixels."""
    view = picture.resize((size, size), kernel, box=box)
    return view.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else view


def to_tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def augmented(picture: Image.Image, augment: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """RandAugment; a draw that posterizes to 0 bits, which Pillow refuses, is drawn again."""
    for _ in range(REFUSALS - 1):
        try:
            return augment(picture)
        except ValueError as error:
            if "bits must be" not in str(error):
                raise
    return augment(picture)
