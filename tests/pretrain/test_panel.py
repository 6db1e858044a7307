"""The page of pictures, pixel by pixel where it matters."""

import io

import pytest
import torch
from PIL import Image

from pretrain.panel import GAP, LINE, draw_panel


def test_pictures_lie_in_their_rows_and_columns() -> None:
    red = torch.zeros(2, 3, 100, 100, dtype=torch.uint8)
    red[:, 0] = 255
    columns = {"red": red, "blue": red.flip(1)}
    page = Image.open(io.BytesIO(draw_panel(columns, "one\ntwo")))
    top = 3 * LINE + GAP
    assert page.size == (2 * (200 + GAP) + GAP, top + 2 * (200 + GAP))
    assert page.getpixel((GAP, top)) == (255, 0, 0)
    assert page.getpixel((GAP + 200 + GAP, top + 200 + GAP)) == (0, 0, 255)
    assert page.getpixel((GAP + 200, top)) == (255, 255, 255)


def test_columns_of_different_shape() -> None:
    columns = {"a": torch.zeros(1, 3, 4, 4), "b": torch.zeros(2, 3, 4, 4)}
    with pytest.raises(ValueError, match="columns of a panel must have one shape"):
        draw_panel(columns, "")
