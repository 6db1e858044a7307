"""The doctor's look at data sets: found, counted, and plausible, under one root.

Each finding is (state, what, remedy).
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from backbones.shards.index import index_of, load_index
from backbones.shards.source import check_sizes

State = Literal["ok", "note", "fail"]
Result = tuple[State, str, str]  # state, what was found, remedy
COCO_FULL = (118287, 5000)
ADE20K_FULL = (20210, 2000)
IMAGENET_FULL = 1281167
IMAGES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
WHERE = {
    "coco": ("coco", "coco-mini"),
    "ade20k": ("ade/ADEChallengeData2016", "ADEChallengeData2016", "ade20k", "camvid-ade"),
    "imagenet": ("imagenet", "imagenet-mini"),
}


def data_findings(root: Path) -> Iterator[Result]:
    """Every known data set below `root`; a root that holds none fails."""
    if not root.is_dir():
        yield (
            "fail",
            f"data: {root} is no folder",
            "give --data the folder that holds the data sets",
        )
        return
    checks = {"coco": check_coco, "ade20k": check_ade20k, "imagenet": check_imagenet}
    any_found = False
    for kind, names in WHERE.items():
        folders = [root / name for name in names if (root / name).is_dir()]
        any_found = any_found or bool(folders)
        for folder in folders:
            yield checks[kind](folder)
        if not folders:
            yield "note", f"data: no {kind} below {root}", f"looked for {', '.join(names)}"
    if not any_found:
        yield "fail", f"data: nothing known below {root}", "see the README for layouts and sources"


def check_coco(folder: Path) -> Result:
    """Annotation files parse, every picture they name is there."""
    counts = []
    for split in ("train", "val"):
        path = folder / "annotations" / f"instances_{split}2017.json"
        try:
            content = json.loads(path.read_text())
            names = [image["file_name"] for image in content["images"]]
            instances, categories = len(content["annotations"]), len(content["categories"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            return "fail", f"COCO {folder}: {path.name}: {error!r}", "copy annotations/ again"
        there = {entry.name for entry in (folder / f"{split}2017").glob("*")}
        missing = [name for name in names if name not in there]
        if missing:
            remedy = f"{folder}/{split}2017 lacks {len(missing)} pictures, e.g. {missing[0]}"
            return "fail", f"COCO {folder}: {split}2017 is incomplete", remedy
        counts.append((len(names), instances, categories))
    (train, _, _), (val, instances, categories) = counts
    full = (
        "full set" if (train, val) == COCO_FULL else f"not the full {COCO_FULL[0]} / {COCO_FULL[1]}"
    )
    what = f"COCO {folder}: {train} / {val} pictures, {categories} categories, {full}"
    return ("ok", what, "") if instances else ("fail", what, "val2017 has no annotations")


def check_ade20k(folder: Path) -> Result:
    """A label plane for every picture, of its size, with class ids that make sense."""
    counts = []
    for split in ("training", "validation"):
        images = {path.stem for path in (folder / "images" / split).glob("*.jpg")}
        planes = {path.stem: path for path in (folder / "annotations" / split).glob("*.png")}
        unmatched = sorted(images ^ planes.keys())
        if unmatched or not images:
            what = (
                f"ADE20K {folder}: {split} has {len(images)} pictures, {len(planes)} label planes"
            )
            example = f", e.g. {unmatched[0]}" if unmatched else ""
            return "fail", what, f"images/ and annotations/ must match by name{example}"
        problem = _label_problem(folder, split, planes)
        if problem:
            return (
                "fail",
                f"ADE20K {folder}: {problem}",
                "use the SceneParsing release (150 classes)",
            )
        counts.append(len(images))
    full = (
        "full set" if tuple(counts) == ADE20K_FULL else "not the full {} / {}".format(*ADE20K_FULL)
    )
    return "ok", f"ADE20K {folder}: {counts[0]} / {counts[1]} pictures, {full}", ""


def _label_problem(folder: Path, split: str, planes: dict[str, Path]) -> str | None:
    """A look at twenty label planes, the first by name."""
    for stem, path in islice(sorted(planes.items()), 20):
        with (
            Image.open(path) as plane,
            Image.open(folder / "images" / split / f"{stem}.jpg") as image,
        ):
            labels = np.asarray(plane)
            if labels.ndim != 2:
                return f"{path.name} is {plane.mode}, not one plane of class ids"
            if plane.size != image.size:
                return f"{path.name} is {plane.size}, its picture {image.size}"
            if labels.max() > 150 or not labels.any():
                return (
                    f"{path.name} has ids {labels.min()}…{labels.max()}; expected 0 (void) to 150"
                )
    return None


def check_imagenet(folder: Path) -> Result:
    """One folder a class below train/ (and val/), or shards of such in each."""
    counts = {}
    for split in ("train", "val"):
        if index := index_of(folder / split):
            try:
                shards = load_index(index)
                check_sizes(shards)
                counts[split] = (len(shards.needed_classes()), len(shards))
            except (OSError, ValueError) as error:
                return "fail", f"ImageNet {folder}: {split} cannot be read", str(error)
            continue
        folders = [path for path in (folder / split).glob("*") if path.is_dir()]
        pictures = sum(
            entry.suffix.lower() in IMAGES for path in folders for entry in path.iterdir()
        )
        counts[split] = (len(folders), pictures)
    classes, pictures = counts["train"]
    if not pictures:
        return (
            "fail",
            f"ImageNet {folder}: neither pictures below train/CLASS/ nor shards in train/",
            "see the README",
        )
    full = "full set" if pictures == IMAGENET_FULL else f"not the full {IMAGENET_FULL}"
    what = (
        f"ImageNet {folder}: {pictures} pictures, {classes} classes, {counts['val'][1]} val, {full}"
    )
    return "ok", what, ""
