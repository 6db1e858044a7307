"""Crops: inside the picture, of the right area and shape, and the fallback for long pictures."""

import random

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pretrain.crops import crop_box, random_view

side = st.integers(1, 3000)


@given(side, side, st.integers(0, 1000))
def test_a_box_lies_inside_the_picture(width: int, height: int, seed: int) -> None:
    left, top, right, bottom = crop_box(width, height, (0.2, 1.0), random.Random(seed))
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@given(st.integers(300, 900), st.integers(300, 900), st.integers(0, 1000))
def test_area_and_ratio_are_within_bounds(width: int, height: int, seed: int) -> None:
    left, top, right, bottom = crop_box(width, height, (0.2, 1.0), random.Random(seed))
    w, h = right - left, bottom - top
    assert 0.19 <= w * h / (width * height) <= 1.01
    assert 0.74 <= w / h <= 1.35


def test_a_very_long_picture_gives_its_centre() -> None:
    assert crop_box(1000, 10, (0.9, 1.0), random.Random(0)) == (493, 0, 506, 10)


def test_areas_cover_the_range_evenly() -> None:
    draw = random.Random(0)
    boxes = [crop_box(1000, 1000, (0.2, 0.6), draw) for _ in range(2000)]
    areas = [(r - left) * (b - top) / 1e6 for left, top, r, b in boxes]
    assert abs(sum(areas) / len(areas) - 0.4) < 0.01


def test_half_of_the_views_are_flipped() -> None:
    picture = Image.new("RGB", (64, 64))
    picture.paste((255, 255, 255), (0, 0, 32, 64))  # white on the left
    draw = random.Random(0)
    views = [random_view(picture, 16, (1.0, 1.0), draw) for _ in range(400)]
    left = sum(view.getpixel((1, 8))[0] > 128 for view in views)
    assert 160 < left < 240
