"""Where names are broken."""

import pytest

from reports.figures.lettering import text_height, text_width, wrapped


@pytest.mark.parametrize(
    "name",
    ["MAE (perceptual VQ tokens)", "a" * 70, "mae-vq-token/teacher_large", "模型" * 20, ""],
)
def test_lines_fit_and_no_letter_is_lost(name: str) -> None:
    lines = wrapped(name, 1.0, 10).split("\n")
    assert all(text_width(line, 10) <= 1.0 for line in lines)
    assert "".join("".join(lines).split()) == "".join(name.split())


def test_words_stay_whole_where_they_fit() -> None:
    assert wrapped("MAE (normalised pixels)", 1.2, 10) == "MAE (normalised\npixels)"
    assert wrapped("mae-pixel-norm", 0.6, 10) == "mae-\npixel-\nnorm"
    assert wrapped("short", 1.2, 10) == "short"


def test_accents_stay_on_their_letters() -> None:
    lines = wrapped("e\u0301" * 30, 0.5, 10).split("\n")
    assert len(lines) > 1
    assert all(line.startswith("e") for line in lines)


def test_sizes_in_inches() -> None:
    assert text_width("MAE", 20) == pytest.approx(2 * text_width("MAE", 10), rel=0.02)
    assert text_height("a\nb", 10) == pytest.approx(2 * text_height("a", 10))
    assert text_width("$x$", 10) > text_width("x", 10)
