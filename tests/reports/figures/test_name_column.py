"""Names in a column: as near to their marks as they can be without overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.name_column import spread_apart

places = st.lists(st.floats(0, 1), min_size=1, max_size=15)


@given(places, st.data())
def test_none_over_another_and_none_outside(wanted: list[float], data: st.DataObject) -> None:
    wanted = sorted(wanted)
    sizes = data.draw(
        st.lists(st.floats(0.01, 1 / len(wanted)), min_size=len(wanted), max_size=len(wanted))
    )
    found = spread_apart(wanted, sizes)
    bottoms = [middle - size / 2 for middle, size in zip(found, sizes, strict=True)]
    tops = [middle + size / 2 for middle, size in zip(found, sizes, strict=True)]
    assert min(bottoms) >= -1e-9
    assert max(tops) <= 1 + 1e-9
    assert all(top <= bottom + 1e-9 for top, bottom in zip(tops, bottoms[1:], strict=False))


def test_names_with_room_stay_where_they_want_to_be() -> None:
    assert spread_apart([0.2, 0.5, 0.8], [0.1, 0.1, 0.1]) == pytest.approx([0.2, 0.5, 0.8])


def test_two_at_one_place_move_apart_by_the_same() -> None:
    assert spread_apart([0.5, 0.5], [0.1, 0.1]) == pytest.approx([0.45, 0.55])
    assert spread_apart([1.0, 1.0], [0.2, 0.2]) == pytest.approx([0.7, 0.9])
