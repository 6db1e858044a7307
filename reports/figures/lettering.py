"""How wide a text is, and where to break one that is too wide: names come from anywhere."""

import re
import unicodedata
import warnings
from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

LEADING = 1.25  # line height over type size


@cache
def text_width(text: str, size: float) -> float:
    """In inches, in the font of the layout, which is wider than what pages and papers use."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        width, _, _ = text_to_path.get_text_width_height_descent(
            text, FontProperties(family="sans-serif", size=size), ismath=False
        )
    return float(width) / 72


def text_height(text: str, size: float) -> float:
    """In inches, over all its lines."""
    return (text.count("\n") + 1) * size * LEADING / 72


def wrapped(text: str, width: float, size: float) -> str:
    """Lines no wider than `width` inches, broken after a space or a dash where there is one."""
    lines = [""]
    for piece in pieces(" ".join(text.split()), width, size):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append(piece)
        else:
            lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def pieces(text: str, width: float, size: float) -> list[str]:
    """Words, and the letters of those words that are wider than a whole line."""
    found: list[str] = []
    for word in re.split(r"(?<=[\s\-_/])", text):
        found += [word] if text_width(word.rstrip(), size) <= width else clusters(word)
    return found


def clusters(word: str) -> list[str]:
    """Letters, each with the accents that belong to it."""
    found: list[str] = []
    for letter in word:
        if found and unicodedata.combining(letter):
            found[-1] += letter
        else:
            found.append(letter)
    return found
