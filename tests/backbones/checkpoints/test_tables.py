"""Relative-position tables at another window, three ways, against textbook interpolation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline
from torch import Tensor
from torch.testing import assert_close

from backbones.checkpoints.tables import _spread, check_table_resize, fitted_table


def table(window: int, cls_rows: int, heads: int = 2) -> Tensor:
    torch.manual_seed(window)
    return torch.randn((2 * window - 1) ** 2 + cls_rows, heads)


@pytest.mark.parametrize("method", ["bicubic", "geometric", "reinit"])
@pytest.mark.parametrize(("had", "has"), [(0, 0), (3, 3), (3, 0)])
def test_class_rows_stay_or_go(method: str, had: int, has: int) -> None:
    old, wanted = table(7, had), table(9, has)
    resized = fitted_table(old, wanted, method)
    assert resized.shape == wanted.shape
    if method == "reinit":
        assert not resized.any()
    elif has:
        assert_close(resized[-3:], old[-3:], rtol=0, atol=0)


@pytest.mark.parametrize("method", ["bicubic", "geometric", "reinit"])
def test_the_same_window_is_left_alone(method: str) -> None:
    old = table(7, 3)
    assert_close(fitted_table(old, table(7, 0), method), old[:-3], rtol=0, atol=0)


def test_geometric_is_a_spline_through_spread_offsets() -> None:
    """BEiT, 14 to 32 patches: the published bisection, and one-dimensional splines in turn."""
    old, new = 27, 63
    low, high = 1.01, 1.5
    while high - low > 1e-6:
        q = (low + high) / 2
        low, high = (low, q) if (1 - q**13) / (1 - q) > 31 else (q, high)
    right = [sum(q**k for k in range(n)) for n in range(1, 14)]
    at = np.array([-x for x in reversed(right)] + [0] + right)
    assert_close(_spread(13, 31), at, rtol=0, atol=1e-3)

    given_table = table(14, 3)
    image = given_table[:-3, 1].double().reshape(old, old).numpy()
    at, to = _spread(13, 31), np.clip(np.arange(-31, 32), -_spread(13, 31)[-1], _spread(13, 31)[-1])

    def along(values: np.ndarray) -> np.ndarray:
        return CubicSpline(at, values, axis=0, bc_type="not-a-knot")(to)

    expected = along(along(image).T).T
    found = fitted_table(given_table, table(32, 3), "geometric")[:-3, 1].reshape(new, new)
    assert_close(found.double(), torch.from_numpy(expected), rtol=0, atol=1e-5)
    assert_close(found[31, 31], given_table[:-3, 1].reshape(old, old)[13, 13])


def test_bicubic_and_geometric_differ_but_keep_the_centre() -> None:
    old, wanted = table(14, 0), table(32, 0)
    bicubic, geometric = (fitted_table(old, wanted, m) for m in ("bicubic", "geometric"))
    assert (bicubic - geometric).abs().max() > 0.1


@given(st.integers(2, 20), st.integers(2, 40))
def test_offsets_are_spread_evenly_on_both_sides(old: int, new: int) -> None:
    at = _spread(old - 1, new - 1)
    assert len(at) == 2 * old - 1
    assert_close(at, -at[::-1], rtol=0, atol=1e-9)
    gaps = np.diff(at[old - 1 :])
    assert math.isclose(gaps[0], 1.0, abs_tol=1e-9)
    assert (np.diff(gaps) > 0).all()
    if old > 2 and new - 1 > sum(1.01**k for k in range(old - 1)):
        assert math.isclose(at[-1], new - 1, rel_tol=1e-6)


def test_tables_that_fit_no_window() -> None:
    assert fitted_table(torch.randn(50, 2), table(9, 0), "bicubic") is None
    assert fitted_table(table(7, 0), table(9, 3), "bicubic") is None
    with pytest.raises(ValueError, match="rel_pos_resize must be one of"):
        check_table_resize("nearest")
