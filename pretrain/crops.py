"""Views of a picture: random crop and flip for training, resize and centre crop for evaluation.

Every draw comes from the generator given, in a fixed order.
"""

import math
import random

from PIL import Image

ATTEMPTS = 10  # draws before the fallback, as everywhere since Inception
LARGEST_RATIO = 4 / 3


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


def random_view(
    picture: Image.Image, size: int, scale: tuple[float, float], draw: random.Random
) -> Image.Image:
    """RandomResizedCrop, bicubic, and a horizontal flip half of the time."""
    box = crop_box(*picture.size, scale, draw)
    view = picture.crop(box).resize((size, size), Image.Resampling.BICUBIC)
    if draw.random() < 0.5:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return view


def centre_view(picture: Image.Image, size: int) -> Image.Image:
    """Short side to 8/7 of `size` (256 for 224), then the middle."""
    short = size * 8 / 7
    side = min(picture.size) * size / short
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    return picture.resize((size, size), Image.Resampling.BICUBIC, box=box)
