"""What a run left for every image: enough to score it again on any draw of the images.

A record names its files by role: `matches` (COCO, what pycocotools matched), `counts` (pixels of
each class) or `answers` (right or wrong). Whoever reads one compares its score on all images with
the record's, so a file of another run is noticed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reports.average_precision import AveragePrecision, mean_ap, prepare
from reports.mean_iou import accuracy, class_ious, mean_accuracy, mean_of_known, pixel_accuracy

Floats = NDArray[np.float64]
Weights = NDArray[np.uint16]
Arrays = Mapping[str, NDArray[np.generic]]
KINDS = ("box", "mask")


@dataclass(frozen=True)
class Scored:
    """One metric of one run on B draws: `[B]`, and its categories `[B, K]` where it has any."""

    values: Floats
    categories: Floats | None = None


@dataclass(frozen=True)
class PerImage:
    """`metrics` maps a metric's name to the function that scores it for weights `[B, n]`."""

    ids: tuple[str, ...]
    categories: tuple[str, ...]
    metrics: dict[str, Callable[[Weights], Scored]]


def read_per_image(folder: Path, files: Mapping[str, str]) -> PerImage:
    """Read what the record names.

    Raises:
        ValueError: where there is nothing to resample, or the file is missing or broken.
    """
    for role, parse in PARSERS.items():
        if role in files:
            return parse(arrays(folder / files[role]))
    if "detections" in files:
        raise ValueError(
            f"{files['detections']} has no matches beside it: "
            "python -m transfer.matches RUN --annotations FILE adds them"
        )
    raise ValueError("the record names no per-image file")


def arrays(file: Path) -> Arrays:
    if not file.is_file():
        raise ValueError(f"{file.name} is named in result.json, but the file is missing")
    try:
        with np.load(file, allow_pickle=False) as found:
            kept = dict(found)
    except Exception as error:  # a damaged archive fails in more ways than numpy names
        raise ValueError(f"{file.name} cannot be read, half-written? {error}") from error
    if len(set(map(str, kept.get("image_ids", [])))) < len(kept.get("image_ids", [])):
        raise ValueError(f"{file.name} holds an image twice")
    return kept


def from_counts(found: Arrays) -> PerImage:
    """Pixels of each image and class: `intersection`, `union`, `label` `[n, C]`."""
    ids, names = texts(found, "image_ids"), texts(found, "classes")
    shape = (len(ids), len(names))
    hits, either, truth = (
        integers(found, name, shape) for name in ("intersection", "union", "label")
    )

    def miou(weights: Weights) -> Scored:
        classes = class_ious(hits, either, weights)
        return Scored(mean_of_known(classes), classes)

    return PerImage(
        ids,
        names,
        {
            "miou": miou,
            "macc": lambda weights: Scored(mean_accuracy(hits, truth, weights)),
            "aacc": lambda weights: Scored(pixel_accuracy(hits, truth, weights)),
        },
    )


def from_answers(found: Arrays) -> PerImage:
    """Right or wrong an image: every `top1…` and `top5…` `[n]`."""
    ids = texts(found, "image_ids")
    metrics: dict[str, Callable[[Weights], Scored]] = {
        name: partial(answered, array(found, name, (len(ids),)).astype(bool))
        for name in sorted(found)
        if name.startswith(("top1", "top5"))
    }
    return PerImage(ids, texts(found, "classes"), metrics)


def answered(right: NDArray[np.bool_], weights: Weights) -> Scored:
    return Scored(accuracy(right, weights))


def from_matches(found: Arrays) -> PerImage:
    """What pycocotools matched, for every range of object areas."""
    ids, names = texts(found, "image_ids"), texts(found, "categories")
    thresholds = [round(float(x), 2) for x in array(found, "iou_thresholds")]
    areas = texts(found, "areas")
    if "all" not in areas or len(integers(found, "category_ids", (len(names),))) != len(names):
        raise ValueError(f"areas are {', '.join(areas) or 'none'}, expected all among them")
    metrics: dict[str, Callable[[Weights], Scored]] = {}
    for kind in KINDS:
        if f"{kind}_score" in found:
            everything = matched(found, kind, thresholds, areas.index("all"), len(areas))
            metrics |= ap_metrics(kind, everything)
    return PerImage(ids, names, metrics)


def ap_metrics(kind: str, prepared: AveragePrecision) -> dict[str, Callable[[Weights], Scored]]:
    def of(choice: slice) -> Callable[[Weights], Scored]:
        def score(weights: Weights) -> Scored:
            scores = prepared.scores(weights)[:, :, choice]  # [B, K, T]
            return Scored(mean_ap(scores), scores.mean(axis=2))

        return score

    found = {f"{kind}_ap": of(slice(None))}
    for percent in (50, 75):
        if percent / 100 in prepared.thresholds:
            place = prepared.thresholds.index(percent / 100)
            found[f"{kind}_ap{percent}"] = of(slice(place, place + 1))
    return found


def matched(
    found: Arrays, kind: str, thresholds: list[float], area: int, areas: int
) -> AveragePrecision:
    """One kind and one range of areas of `matches.npz`."""
    score = array(found, f"{kind}_score").astype(np.float64)
    hit, ignored = (
        flags(found, f"{kind}_{name}", (len(score), areas, len(thresholds)))[:, area]
        for name in ("hit", "ignored")
    )
    sizes = len(found["image_ids"]), len(found["category_ids"])
    objects = array(found, f"{kind}_objects").astype(np.int64).reshape(-1, 4)
    image = integers(found, f"{kind}_image", (len(score),))
    category = integers(found, f"{kind}_category", (len(score),))
    for name, index, size in (
        ("image", np.concatenate([image, objects[:, 1]]), sizes[0]),
        ("category", np.concatenate([category, objects[:, 2]]), sizes[1]),
    ):
        if index.size and not 0 <= index.min() <= index.max() < size:
            raise ValueError(f"array {kind}_{name} counts beyond the {size} there are")
    return prepare(
        images=sizes[0],
        thresholds=thresholds,
        image=image,
        category=category,
        score=score,
        hit=hit,
        ignored=ignored,
        objects=objects[objects[:, 0] == area, 1:],
        categories=sizes[1],
    )


def flags(found: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Booleans `[D, A, T]` that were packed eight to a byte."""
    bits = int(np.prod(shape[1:]))
    packed = array(found, name, (shape[0], (bits + 7) // 8)).astype(np.uint8)
    return np.unpackbits(packed, axis=1, count=bits).astype(bool).reshape(shape)


def array(found: Arrays, name: str, shape: tuple[int, ...] | None = None) -> NDArray[np.generic]:
    if name not in found:
        raise ValueError(f"the per-image file has no array {name}")
    if shape is not None and found[name].shape != shape:
        raise ValueError(f"array {name} is {found[name].shape}, expected {shape}")
    return found[name]


def integers(found: Arrays, name: str, shape: tuple[int, ...]) -> NDArray[np.int64]:
    return array(found, name, shape).astype(np.int64)


def texts(found: Arrays, name: str) -> tuple[str, ...]:
    return tuple(str(item) for item in array(found, name).tolist())


PARSERS: dict[str, Callable[[Arrays], PerImage]] = {
    "matches": from_matches,
    "counts": from_counts,
    "answers": from_answers,
}
