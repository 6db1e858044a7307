"""Crops: inside the picture, of the right area and shape, and the fallback for long pictures."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backbones.pictures.crops import centre_box, crop_box, fixed_box, jitter

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


@given(st.integers(8, 600), st.integers(8, 600), st.integers(0, 100))
def test_fixed_and_centre_boxes_are_squares_inside(width: int, height: int, seed: int) -> None:
    side = pytest.approx(min(width, height) * 7 / 8)
    for box in (fixed_box(width, height, random.Random(seed)), centre_box(width, height)):
        left, top, right, bottom = box
        assert right - left == side
        assert bottom - top == side
        assert left >= 0
        assert top >= 0
        assert right <= width + 1e-9
        assert bottom <= height + 1e-9
    left, top, right, bottom = centre_box(width, height)
    assert left + right == pytest.approx(width)
    assert top + bottom == pytest.approx(height)


def test_jitter_changes_colours_within_its_strength() -> None:
    picture = Image.new("RGB", (8, 8), (100, 120, 140))
    assert jitter(picture, 0.0, random.Random(0)).tobytes() == picture.tobytes()
    shaken = [jitter(picture, 0.4, random.Random(i)).getpixel((0, 0)) for i in range(200)]
    brightness = [sum(pixel) / 360 for pixel in shaken]
    assert 0.58 <= min(brightness) < 0.7  # bytes are cut off, not rounded, thrice
    assert 1.3 < max(brightness) <= 1.41
    saturation = [(pixel[2] - pixel[0]) / max(1, sum(pixel) / 3) for pixel in shaken]
    assert max(saturation) > 1.2 * 40 / 120 > 0.8 * 40 / 120 > min(saturation)
