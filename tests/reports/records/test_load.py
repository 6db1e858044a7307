"""Whatever is done to a record's file, it is read or refused with a word of what is wrong."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.frame import curves_frame, results_frame
from reports.records.load import read_object
from reports.records.record import Record, read_record

DROP = object()
POINTS = [{"lr": 0.1}, {"lr": 0.2}]
SWEEP = {
    "role": "chosen",
    "unit": "%",
    "declared": {
        "points": POINTS,
        "seeds": [0],
        "select": "box_ap",
        "search_options": ["train_cfg.max_iters=2"],
        "select_data_options": [],
    },
    "chosen": {"point": 2},
    "tried": [{"point": 2, "seed": 0, "status": "finished", "score": 4.0, "seconds": 9.0}],
}
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([float("nan"), float("-inf"), 1e308, 2**63, -1, 10**400]),
)
TEXTS = st.one_of(st.text(), st.sampled_from(["", "../x", "\ud800", "\0", "x" * 10**5]))
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXTS, inner)),
    max_leaves=8,
)


def places(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a record something can be changed: every value, however deep."""
    items = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def changed(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    record = copy.deepcopy(record)
    parent: Any = record
    for key in path[:-1]:
        parent = parent[key]
    if value is DROP:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return record


@pytest.fixture
def good(make_transfer: Any) -> dict[str, Any]:
    """A record with every block there is."""
    content: dict[str, Any] = make_transfer(
        *("mae-é", "coco", 0, {"box_ap": 4.0, "mask_ap": 3.0}),
        sweep=SWEEP,
        epochs=3,
        target="pixel",
        per_image={"matches": "matches.npz"},
        files={"log": "a/a.log"},
        figures=["a.png"],
    )
    content["protocol"]["tuned"] = {"lr": 0.2, "wd": 1}
    return content


def read(folder: Path, content: dict[str, Any]) -> Record:
    file = folder / "result.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return read_record(file, root=folder)


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_changed_field_is_read_or_named(
    tmp_path: Path, good: dict[str, Any], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(list(places(good))))
    content = changed(good, path, data.draw(st.one_of(st.just(DROP), ANYTHING)))
    try:
        record = read(tmp_path, content)
    except ValueError as error:
        assert any(str(key) in str(error) for key in path), f"{path}: {error}"  # noqa: PT017
    else:
        results_frame([record])
        curves_frame([record])


def test_the_record_itself_is_read(tmp_path: Path, good: dict[str, Any]) -> None:
    record = read(tmp_path, good)
    assert (record.method, record.chosen, record.tuned) == ("mae-é", '{"lr": 0.2}', '{"wd": 1}')


@pytest.mark.parametrize("options", [["lr"], ["lr=" + "9" * 5000], ["a=1 b"]])
def test_an_option_of_a_search_without_its_value_is_named(
    tmp_path: Path, good: dict[str, Any], options: list[str]
) -> None:
    content = changed(good, ("sweep", "declared", "search_options"), options)
    with pytest.raises(ValueError, match=r"sweep\.declared\.search_options is .* KEY=VALUE each"):
        read(tmp_path, content)


def test_a_record_cut_off_at_any_byte_is_refused(tmp_path: Path, good: dict[str, Any]) -> None:
    whole = json.dumps(good, ensure_ascii=False).encode()
    file = tmp_path / "result.json"
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"^not JSON, half-written\? |^not UTF-8 text: "):
            read_record(file, root=tmp_path)


def test_a_number_longer_than_python_reads_is_named(tmp_path: Path, good: dict[str, Any]) -> None:
    text = json.dumps(good | {"n_images": 4321}).replace("4321", "9" * 5000)
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(ValueError, match="n_images is inf, expected a whole number"):
        read_record(tmp_path / "result.json", root=tmp_path)


@pytest.mark.parametrize("inmost", ["1", '"\\ud83d"'])
def test_nesting_without_end_is_refused(tmp_path: Path, good: dict[str, Any], inmost: str) -> None:
    """However the depth that can be read and the one that can be looked through differ."""
    refused = 0
    for depth in [*range(800, 1000), 100_000]:
        nested = '{"a":' * depth + inmost + "}" * depth
        text = json.dumps(good).replace('"wd": 1', f'"wd": {nested}')
        (tmp_path / "result.json").write_text(text)
        try:
            read_record(tmp_path / "result.json", root=tmp_path)
        except ValueError as error:
            refused += str(error) == "nested too deeply to be a record"
    assert refused


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": {"b": ["x", "\\ud800"]}}', "a.b holds half a character"),
        ('{"a": {"\\uDFFF": 1}}', r"'a.\udfff' holds half a character"),
    ],
)
def test_text_that_no_file_can_hold_is_named(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ValueError, match=f"^{re.escape(where)}"):
        read_object(tmp_path / "a.json")


def test_a_character_in_two_halves_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": "\\ud83d\\ude00"}')
    assert read_object(tmp_path / "a.json") == {"a": "😀"}
