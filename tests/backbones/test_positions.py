"""Sin-cos positions against values worked out by hand, resizing against PyTorch's and timm's."""

import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from timm.layers import resample_abs_pos_embed
from torch.testing import assert_close

from backbones.positions import resize_positions, sincos_2d


def test_table_by_hand() -> None:
    table = sincos_2d((2, 3), 8)  # two frequencies: 1 and 1/100
    assert table.shape == (1, 7, 8)
    assert table[0, 0].tolist() == [0] * 8  # class token
    row, column = 1, 2
    expected = [
        *(math.sin(column), math.sin(column / 100), math.cos(column), math.cos(column / 100)),
        *(math.sin(row), math.sin(row / 100), math.cos(row), math.cos(row / 100)),
    ]
    assert table[0, 1 + row * 3 + column].tolist() == pytest.approx(expected, abs=1e-6)


def test_without_class_token() -> None:
    assert_close(sincos_2d((4, 4), 16, cls_token=False), sincos_2d((4, 4), 16)[:, 1:])


def test_width_must_split_in_four() -> None:
    with pytest.raises(ValueError, match="multiple of 4, got 6"):
        sincos_2d((2, 2), 6)


@settings(max_examples=20, deadline=None)
@example(h=5, w=1, prefix=1)
@given(h=st.integers(1, 9), w=st.integers(1, 9), prefix=st.integers(0, 2))
def test_resizing_is_antialiased_bicubic_and_keeps_the_prefix(h: int, w: int, prefix: int) -> None:
    positions = torch.randn(1, prefix + 4 * 5, 8)
    resized = resize_positions(positions, (4, 5), (h, w), prefix=prefix)
    picture = positions[0, prefix:].T.contiguous().reshape(1, 8, 4, 5)  # channels first
    expected = torch.nn.functional.interpolate(
        picture, size=(h, w), mode="bicubic", align_corners=False, antialias=True
    )
    assert_close(resized[0, prefix:], expected.reshape(8, h * w).T, rtol=0, atol=1e-6)
    assert_close(resized[:, :prefix], positions[:, :prefix], rtol=0, atol=0)
    if w > 1:  # timm's is wrong for one column
        timm = resample_abs_pos_embed(positions, [h, w], old_size=[4, 5], num_prefix_tokens=prefix)
        assert_close(resized, timm, rtol=0, atol=1e-6)
