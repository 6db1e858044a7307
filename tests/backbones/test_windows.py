"""Windows: a partition, undone exactly."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from backbones.windows import from_windows, to_windows


@settings(max_examples=40, deadline=None)
@given(gh=st.integers(1, 9), gw=st.integers(1, 9), window=st.integers(1, 5))
def test_round_trip(gh: int, gw: int, window: int) -> None:
    x = torch.randn(2, gh, gw, 3)
    windows, padded = to_windows(x, window)
    assert windows.shape == (2 * padded[0] * padded[1] // window**2, window**2, 3)
    assert_close(from_windows(windows, window, padded, (gh, gw)), x, rtol=0, atol=0)


def test_a_window_holds_neighbours() -> None:
    x = torch.arange(16.0).reshape(1, 4, 4, 1)
    windows, _ = to_windows(x, 2)
    assert windows[..., 0].tolist() == [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
    ]
