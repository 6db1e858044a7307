"""Where a view of a picture is cut, and how its colours are shaken.

Every draw comes from the generator given, in a fixed order.
"""

import math
import random

from PIL import Image, ImageEnhance

ATTEMPTS = 10  # draws before the fallback, as everywhere since Inception
LARGEST_RATIO = 4 / 3

Box = tuple[float, float, float, float]  # left, top, right, bottom


def crop_box(
    width: int, height: int, scale: tuple[float, float], draw: random.Random
) -> tuple[int, int, int, int]:
    """A box (left, top, right, bottom) of a share of the area within `scale`, sides 3:4 to 4:3."""
    bound = math.log(LARGEST_RATIO)
    for _ in range(ATTEMPTS):
        area = width * height * draw.uniform(*scale)
        ratio = math.exp(draw.uniform(-bound, bound))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = draw.randint(0, width - w), draw.randint(0, height - h)
            return left, top, left + w, top + h
    w = min(width, round(height * LARGEST_RATIO))  # very long pictures: the largest centre crop
    h = min(height, round(width * LARGEST_RATIO))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def fixed_box(width: int, height: int, draw: random.Random) -> Box:
    """A square of 7/8 of the short side anywhere: a crop of 224 after resizing that to 256."""
    side = min(width, height) * 7 / 8
    left, top = draw.uniform(0, width - side), draw.uniform(0, height - side)
    return left, top, left + side, top + side


def centre_box(width: int, height: int) -> Box:
    """The middle 7/8 of the short side: 224 in the middle after resizing that to 256."""
    side = min(width, height) * 7 / 8
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side


def jitter(picture: Image.Image, strength: float, draw: random.Random) -> Image.Image:
    """Brightness, contrast and saturation times 1 ± `strength`, in random order."""
    kinds = [ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color]
    for kind in draw.sample(kinds, len(kinds)):
        picture = kind(picture).enhance(draw.uniform(max(0.0, 1 - strength), 1 + strength))
    return picture


def centred(picture: Image.Image, side: int, share: float) -> Image.Image:
    """The short side resized to `side / share` (bicubic), then the middle `side` x `side`.

    As torchvision's Resize and CenterCrop, the rounding included: published accuracies are of it.
    """
    width, height = picture.size
    short = int(side / share)
    if width <= height:
        size = (short, int(short * height / width))
    else:
        size = (int(short * width / height), short)
    picture = picture.resize(size, Image.Resampling.BICUBIC)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    return picture.crop((left, top, left + side, top + side))
