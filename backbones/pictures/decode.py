"""A crop of a JPEG at the scale it is needed: most of the work is never done.

A JPEG is blocks of 8 x 8 cosine coefficients. Of each, libjpeg can compute 4 x 4, 2 x 2 or 1 x 1
pixels in place of 64: the picture at a half, a quarter or an eighth of its side. The largest such
factor is taken that leaves the crop no smaller than the view, so no detail is made up. All decoders
here are libjpeg-turbo with the same settings and give the same bytes; which one is used is a matter
of speed.

Shapes: H W pixels of the picture, F factor, h w pixels of the crop at that scale, S side of a view.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate
from torchvision.io import ImageReadMode, decode_jpeg

FACTORS = (8, 4, 2)
JPEG = b"\xff\xd8\xff"

Whole = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True)
class Decoder:
    """`sides(data)` reads width and height; `pixels(data, F)` is uint8 `[⌈H / F⌉, ⌈W / F⌉, 3]`.

    Both raise on a broken or truncated file.
    """

    sides: Callable[[bytes], tuple[int, int]]
    pixels: Callable[[bytes, int], Tensor]


def pillow_sides(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as file:
        return file.size


def pillow_pixels(data: bytes, factor: int) -> Tensor:
    with Image.open(io.BytesIO(data)) as file:
        if factor > 1:
            file.draft("RGB", (file.width // factor, file.height // factor))
        return torch.from_numpy(np.array(file.convert("RGB")))


def torchvision_pixels(data: bytes, factor: int) -> Tensor:
    """torchvision decodes at full scale only; the rest is left to Pillow."""
    if factor > 1:
        return pillow_pixels(data, factor)
    buffer = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    return decode_jpeg(buffer, ImageReadMode.RGB).permute(1, 2, 0)


def simplejpeg_sides(data: bytes) -> tuple[int, int]:
    from simplejpeg import decode_jpeg_header

    height, width, *_ = decode_jpeg_header(data)
    return width, height


def simplejpeg_pixels(data: bytes, factor: int) -> Tensor:
    import simplejpeg

    height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
    if colours in ("CMYK", "YCCK"):  # which it would round otherwise than the others
        return pillow_pixels(data, factor)
    least = {"min_height": -(-height // factor), "min_width": -(-width // factor)}
    return torch.from_numpy(simplejpeg.decode_jpeg(data, "RGB", min_factor=factor, **least))


DECODERS = {
    "pillow": Decoder(pillow_sides, pillow_pixels),
    "torchvision": Decoder(pillow_sides, torchvision_pixels),
    "simplejpeg": Decoder(simplejpeg_sides, simplejpeg_pixels),
}


@cache
def available() -> tuple[str, ...]:
    """The decoders that are installed, the fastest last."""
    return tuple(name for name in DECODERS if name == "pillow" or find_spec(name))


def factor_for(box: Whole, size: int) -> int:
    """The largest of 1, 2, 4 and 8 at which both sides of `box` keep `size` pixels."""
    left, top, right, bottom = box
    short = min(right - left, bottom - top)
    return next((factor for factor in FACTORS if short >= factor * size), 1)


def snapped(box: Whole, width: int, height: int, factor: int) -> Whole:
    """`box` in whole pixels of the picture at 1 / `factor` of its sides.

    Its sides are shorter by less than one of those pixels, each of which is at most one of the
    view's, and its place is the nearest possible.
    """
    left, top, right, bottom = box
    across, down = (right - left) // factor, (bottom - top) // factor
    left = min(round(left / factor), width // factor - across)
    top = min(round(top / factor), height // factor - down)
    return left, top, left + across, top + down


def cut(
    data: bytes, size: int, draw_box: Callable[[int, int], Whole], decoder: Decoder
) -> tuple[Tensor, Whole]:
    """The crop `draw_box(width, height)`, uint8 `[h, w, 3]`, and its box in the whole picture.

    h and w are at least `size` where the box's own sides are. What is no JPEG, or what `decoder`
    refuses, is for Pillow, as everywhere else: it reads files with harmless defects, and what it
    refuses is broken.
    """
    jpeg = data.startswith(JPEG)
    try:
        width, height = (decoder if jpeg else DECODERS["pillow"]).sides(data)
    except (ValueError, OSError):
        width, height = pillow_sides(data)
    box = draw_box(width, height)
    factor = factor_for(box, size) if jpeg else 1
    try:
        pixels = (decoder if jpeg else DECODERS["pillow"]).pixels(data, factor)
    except (ValueError, RuntimeError, OSError):
        pixels = pillow_pixels(data, factor)
    left, top, right, bottom = snapped(box, width, height, factor)
    real = (left * factor, top * factor, right * factor, bottom * factor)
    return pixels[top:bottom, left:right], real


def bytes_view(pixels: Tensor, size: int, *, flip: bool) -> Tensor:
    """A crop `[h, w, 3]` as a view `[3, S, S]`, both uint8: bicubic and antialiased, as Pillow's.

    PyTorch's kernel for bytes is vectorised; it differs from Pillow's by rounding, a few of 255.
    """
    picture = pixels.permute(2, 0, 1)[None]
    view = interpolate(picture, (size, size), mode="bicubic", antialias=True)[0]
    return view.flip(-1) if flip else view.contiguous()
