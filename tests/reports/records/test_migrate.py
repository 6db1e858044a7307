"""Records of schema 1 read as those of schema 2; of no other schema, with a word of what to do."""

import copy
from pathlib import Path
from typing import Any

import pytest

from reports.records.migrate import CURRENT, STEPS, migrate
from reports.records.record import parse


@pytest.fixture
def old(make_transfer: Any) -> Any:
    """A record as schema 1 had it."""

    def make(scores: dict[str, float], per_image: object) -> dict[str, Any]:
        record = make_transfer("mae-pixel", "coco", 0, scores)
        del record["files"], record["timing"]["devices"]
        return record | {"schema": 1, "per_image": per_image}

    return make


@pytest.mark.parametrize(
    ("scores", "per_image", "expected"),
    [
        ({"box_ap": 1.0}, "per_image.json", {"detections": "per_image.json"}),
        ({"miou": 1.0}, "per_image.npz", {"counts": "per_image.npz"}),
        ({"top1": 1.0}, "per_image.npz", {"answers": "per_image.npz"}),
        ({"top1": 1.0}, None, {}),
    ],
)
def test_the_file_of_schema_1_gets_its_role(
    old: Any, scores: dict[str, float], per_image: object, expected: dict[str, str]
) -> None:
    record = parse(old(scores, per_image), path="a/result.json", folder=Path("a"))
    assert record.per_image == expected
    assert (record.devices, record.files) == (None, {})


def test_devices_were_not_known_before_schema_2(old: Any) -> None:
    content = old({"top1": 1.0}, None)
    content["timing"]["devices"] = "eight"
    assert migrate(content)["timing"]["devices"] is None


def test_the_migrated_record_is_another_one(old: Any) -> None:
    content = old({"box_ap": 1.0}, "per_image.json")
    before = copy.deepcopy(content)
    assert migrate(content)["schema"] == CURRENT
    assert content == before


@pytest.mark.parametrize("found", [7, ["per_image.json"], {}, "per_image.pkl", True])
def test_what_schema_1_never_wrote_is_named(old: Any, found: object) -> None:
    with pytest.raises(ValueError, match=r"per_image is .*, expected the name of a .json or .npz"):
        migrate(old({"box_ap": 1.0}, found))


def test_a_record_of_now_passes_as_it_is(make_transfer: Any) -> None:
    content = make_transfer("random", "coco", 0, {"box_ap": 1.0})
    assert migrate(content) is content


@pytest.mark.parametrize(
    ("schema", "found", "remedy"),
    [
        (3, "3", "a newer version wrote it, so update this one"),
        (10**30, "1000", "a newer version"),
        (0, "0", "damaged, or no record of this project, so run the cell again"),
        (None, "missing", "damaged"),
        ("2", "'2'", "damaged"),
        (1.0, "1.0", "damaged"),
        (True, "True", "damaged"),
        ([2], r"\[2\]", "damaged"),
    ],
)
def test_any_other_schema_says_what_is_read_and_what_to_do(
    make_transfer: Any, schema: object, found: str, remedy: str
) -> None:
    content = make_transfer("random", "coco", 0, {"box_ap": 1.0}, schema=schema)
    with pytest.raises(ValueError, match=rf"^schema is {found}.* reads 1 and 2: {remedy}"):
        migrate(content)


def test_there_is_a_step_from_every_earlier_schema() -> None:
    assert list(STEPS) == list(range(1, CURRENT))
