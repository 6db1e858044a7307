"""What a record names lies in its own folder, or the record is refused."""

from pathlib import Path
from typing import Any

import pytest

from reports.records.record import parse

MATCHED = {"matches": "matches.npz", "detections": "per_image.json"}


def test_files_keep_their_roles(make_transfer: Any) -> None:
    files = {"log": "20260101_000000/20260101_000000.log", "config": "toy.py"}
    content = make_transfer("random", "coco", 0, {"box_ap": 1.0}, per_image=MATCHED, files=files)
    record = parse(content, path="a/result.json", folder=Path("a"))
    assert (record.per_image, record.files) == (MATCHED, files)


@pytest.mark.parametrize("field", ["per_image", "files"])
@pytest.mark.parametrize(
    "path",
    [
        "../x.npz",
        "a/../../x.npz",
        "/etc/passwd",
        "C:\\x.npz",
        "..\\x.npz",
        "\\\\host\\x",
        ".",
        "\0",
    ],
)
def test_a_path_that_leads_outside_is_refused(make_transfer: Any, field: str, path: str) -> None:
    content = make_transfer("random", "coco", 0, {"box_ap": 1.0}, **{field: {"log": path}})
    with pytest.raises(ValueError, match=rf"{field}.log is .* stays in the record's folder"):
        parse(content, path="a/result.json", folder=Path("a"))


@pytest.mark.parametrize("found", ["per_image.json", ["per_image.json"], {"log": 3}, {"log": ""}])
def test_anything_but_roles_and_paths_is_named(make_transfer: Any, found: object) -> None:
    content = make_transfer("random", "coco", 0, {"box_ap": 1.0}, per_image=found)
    with pytest.raises(ValueError, match=r"per_image.* is .*expected"):
        parse(content, path="a/result.json", folder=Path("a"))
