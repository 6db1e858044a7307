"""Give a COCO run of before its `matches.npz`: `python -m transfer.matches RUN --annotations FILE`.

Records of schema 1 kept the detections alone, from which nothing can be resampled without the
annotations. FILE must be what the run was validated on; the AP that follows is compared with the
record's. Then `matches.npz` is written beside it, and the record is brought to schema 2.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pycocotools.coco import COCO

from backbones.runs.files import write_arrays, write_json
from backbones.runs.hook import SCHEMA
from transfer.metrics.coco import DETECTIONS, FILES, KINDS, evaluate, in_percent
from transfer.metrics.matches import FILE, Arrays, matches_of

PROGRAM = "python -m transfer.matches"
CLOSE = 1e-9  # percent; sums may be taken in another order


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    try:
        print(add_matches(options.run, options.annotations))
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"{PROGRAM}: {error}")


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    found.add_argument("run", type=Path, metavar="RUN", help="the folder of a record")
    found.add_argument(
        "--annotations",
        type=Path,
        required=True,
        metavar="FILE",
        help="what it was validated on, e.g. data/coco/annotations/instances_val2017.json",
    )
    return found


def add_matches(run: Path, annotations: Path) -> str:
    """Write `matches.npz`, then the record, each in one rename; returns what was done.

    Raises:
        FileNotFoundError: where a file is missing.
        ValueError: where the record is not of COCO, or the annotations are not those of the run.
    """
    record = read(run / "result.json", "RUN must be the folder of a finished run")
    if record.get("schema") == SCHEMA:
        return f"{run / 'result.json'} is of schema {SCHEMA} already, nothing to do"
    kinds = kinds_of(run, record)
    kept = read(run / DETECTIONS, "without the detections of the run nothing can be matched")
    truth = truth_of(annotations)
    check_same_data(run / DETECTIONS, kept, annotations, truth)
    metrics: dict[str, float] = {}
    arrays: Arrays = {}
    for kind in kinds:
        where = (kind, kept["image_ids"], truth.getCatIds())
        evaluation = evaluate(truth, kept["detections"], *where)
        metrics |= in_percent(evaluation)
        arrays |= matches_of(evaluation, KINDS[kind])
    check_same_metrics(run, record, annotations, metrics)
    write_arrays(run / FILE, arrays)
    write_json(run / "result.json", in_schema_2(run, record))
    return f"wrote {run / FILE}; {run / 'result.json'} is of schema {SCHEMA} now"


def read(file: Path, why: str) -> dict[str, Any]:
    if not file.is_file():
        raise FileNotFoundError(f"there is no {file}; {why}")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} is not JSON or cut short ({error}); copy it again") from error
    if not isinstance(content, dict):
        raise ValueError(f"{file} holds a {type(content).__name__} in place of an object")
    return content


def kinds_of(run: Path, record: dict[str, Any]) -> list[str]:
    """What was evaluated: bbox, segm or both."""
    if record.get("schema") != 1:
        raise ValueError(f"{run / 'result.json'}: schema is {record.get('schema')!r}, 1 is read")
    measured = record.get("metrics", {})
    kinds = [kind for kind, name in KINDS.items() if f"{name}_ap" in measured]
    if not kinds:
        raise ValueError(
            f"{run / 'result.json'} holds {', '.join(sorted(measured)) or 'no metric'} and no AP: "
            "only runs on COCO have matches, other records need nothing and stay as they are"
        )
    return kinds


def truth_of(annotations: Path) -> COCO:
    content = read(annotations, "give the annotations the run was validated on")
    lacking = [key for key in ("images", "annotations", "categories") if key not in content]
    if lacking:
        raise ValueError(
            f"{annotations} has no {' and no '.join(lacking)}; instances_*.json is needed"
        )
    truth = COCO()
    truth.dataset = content
    truth.createIndex()
    return truth


def check_same_data(file: Path, kept: dict[str, Any], annotations: Path, truth: COCO) -> None:
    if not isinstance(kept.get("image_ids"), list) or not isinstance(kept.get("detections"), list):
        raise ValueError(f"{file} must hold image_ids and detections, found {', '.join(kept)}")
    images = set(kept["image_ids"])
    if other := images - truth.imgs.keys():
        raise ValueError(
            f"{annotations} lacks {len(other)} of the {len(images)} pictures in {file} (e.g. "
            f"{min(other)}); give the annotations the run was validated on"
        )
    categories = {detection["category_id"] for detection in kept["detections"]}
    if unknown := categories - truth.cats.keys():
        raise ValueError(
            f"{annotations} lacks the categories {sorted(unknown)} that are detected in {file}; "
            "give the annotations the run was validated on"
        )


def check_same_metrics(
    run: Path, record: dict[str, Any], annotations: Path, found: dict[str, float]
) -> None:
    """A run without detections had 0 recorded where there was no object to find, too."""
    recorded = {name: metric["value"] for name, metric in record["metrics"].items()}
    differing = [
        f"{name} {recorded.get(name)}, now {found.get(name)}"
        for name in recorded.keys() | found.keys()
        if name not in recorded or abs(found.get(name, 0.0) - recorded[name]) > CLOSE
    ]
    if differing:
        raise ValueError(
            f"{annotations} does not give what {run / 'result.json'} records: "
            f"{'; '.join(sorted(differing))}. These are not the annotations of the run, or it was "
            "of a part of their categories"
        )


def in_schema_2(run: Path, record: dict[str, Any]) -> dict[str, Any]:
    """The configuration and the log are named where only one file can be it."""
    candidates = {"config": [*run.glob("*.py")], "log": [*run.glob("*/*.log")]}
    return {
        **record,
        "schema": SCHEMA,
        "timing": {**record["timing"], "devices": None},  # was not recorded
        "per_image": FILES,
        "files": {
            role: paths[0].relative_to(run).as_posix()
            for role, paths in candidates.items()
            if len(paths) == 1
        },
    }


if __name__ == "__main__":
    main()
