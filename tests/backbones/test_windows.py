"""Windows: a partition, undone exactly."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from backbones.windows import from_windows, padded, to_windows


@settings(max_examples=40, deadline=None)
@given(gh=st.integers(1, 9), gw=st.integers(1, 9), window=st.integers(1, 5))
def test_round_trip(gh: int, gw: int, window: int) -> None:
    x = torch.randn(2, gh * gw, 3, 2, 4)
    windows = to_windows(x, (gh, gw), window, torch.zeros(3, 2, 4))
    ph, pw = padded((gh, gw), window)
    assert windows.shape == (3, 2 * ph * pw // window**2, 2, window**2, 4)
    for i in range(3):
        assert_close(from_windows(windows[i], (gh, gw), window), x[:, :, i], rtol=0, atol=0)


def test_a_window_holds_neighbours() -> None:
    x = torch.arange(16.0).reshape(1, 16, 1, 1, 1).expand(-1, -1, 3, -1, -1)
    windows = to_windows(x, (4, 4), 2, torch.zeros(3, 1, 1))
    assert windows[0, :, 0, :, 0].tolist() == [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
        [8, 9, 12, 13],
        [10, 11, 14, 15],
    ]


def test_padding_stands_at_the_bottom_and_right() -> None:
    x = torch.arange(6.0).reshape(1, 6, 1, 1, 1).expand(-1, -1, 3, -1, -1)
    padding = torch.tensor([-1.0, -2.0, -3.0]).reshape(3, 1, 1)
    windows = to_windows(x, (2, 3), 2, padding)
    assert windows[:, 1, 0, :, 0].tolist() == [[2, -1, 5, -1], [2, -2, 5, -2], [2, -3, 5, -3]]
    below = to_windows(x, (3, 2), 2, padding)
    assert below[0, 1, 0, :, 0].tolist() == [4, 5, -1, -1]
