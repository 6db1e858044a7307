"""Where two configurations differ, key by key."""

from typing import Any

import pytest

from transfer.differences import ABSENT, differences, put, value_at

ONE: dict[str, Any] = {"a": {"lr": 1, "b": [1, 2]}, "steps": [{"end": 5}, {"end": 6}], "same": 0}


@pytest.mark.parametrize(
    ("other", "keys"),
    [
        (ONE, []),
        (ONE | {"a": {"lr": 2, "b": [1, 2]}}, ["a.lr"]),
        (ONE | {"a": {"lr": 1, "b": [1, 3]}}, ["a.b"]),
        (ONE | {"a": {"lr": 1}}, ["a.b"]),
        (ONE | {"new": 1}, ["new"]),
        (ONE | {"steps": [{"end": 5}, {"end": 7}]}, ["steps.1.end"]),
        (ONE | {"steps": [{"end": 5}]}, ["steps"]),
        (ONE | {"a": None, "same": {}}, ["a", "same"]),
    ],
)
def test_differences(other: dict[str, Any], keys: list[str]) -> None:
    assert differences(ONE, other) == keys
    assert sorted(differences(other, ONE)) == sorted(keys)


def test_what_differs_can_be_put_back() -> None:
    other = {"a": {"lr": 2}, "steps": [{"end": 5}, {"end": 7}], "new": 1, "same": 0}
    for key in differences(other, ONE):
        put(other, key, value_at(ONE, key))
    assert other == ONE


def test_a_key_that_leads_nowhere_is_absent() -> None:
    for key in ("x", "a.x", "a.lr.x", "steps.2", "steps.x", "same.x.y"):
        assert value_at(ONE, key) is ABSENT
    assert value_at(ONE, "steps.1.end") == 6
