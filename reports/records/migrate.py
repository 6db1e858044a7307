"""Records of earlier schemas, brought to the current one step by step.

A new schema is one more function here, of the dict that the one before it gave. What a step finds
in no way it understands it complains about; all else is left for the reader to check.
"""

from collections.abc import Callable
from typing import Any

from reports.records.fields import shown

CURRENT = 2

Content = dict[str, Any]


def migrate(content: Content) -> Content:
    """`content` in the current schema; ValueError where it is of none that is known."""
    version = content.get("schema")
    if type(version) is not int or (version != CURRENT and version not in STEPS):
        known = " and ".join(map(str, [*STEPS, CURRENT]))
        newer = type(version) is int and version > CURRENT
        remedy = (
            "a newer version wrote it, so update this one"
            if newer
            else "damaged, or no record of this project, so run the cell again"
        )
        raise ValueError(f"schema is {shown(version)}, this version reads {known}: {remedy}")
    for step in range(version, CURRENT):
        content = STEPS[step](content)
    return content


def from_1(record: Content) -> Content:
    """One per-image file became several by role; devices and files were not written."""
    timing = record.get("timing")
    return {
        **record,
        "schema": 2,
        "per_image": per_image_of_1(record.get("per_image"), record.get("metrics")),
        "timing": {**timing, "devices": None} if isinstance(timing, dict) else timing,
        "files": {},
    }


def per_image_of_1(found: object, metrics: object) -> dict[str, str]:
    if found is None:
        return {}
    if isinstance(found, str) and found.endswith(".json"):
        return {"detections": found}
    if isinstance(found, str) and found.endswith(".npz"):
        segmented = isinstance(metrics, dict) and "miou" in metrics
        return {"counts" if segmented else "answers": found}
    raise ValueError(
        f"per_image is {shown(found)}, expected the name of a .json or .npz file, or null"
    )


STEPS: dict[int, Callable[[Content], Content]] = {1: from_1}
