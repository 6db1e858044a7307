"""Writes the three data sets into one folder that appears whole or not at all.

Every picture has its own random stream, from (seed, layout, split, number): the files do not depend
on how many processes wrote them.
"""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from transfer.toy.ade20k import label_plane
from transfer.toy.classes import CLASSES
from transfer.toy.coco import annotate, image_entry, instances_file
from transfer.toy.folder import holds, remove_stale, written_whole
from transfer.toy.scene import render_scene

VERSION = 2  # of the drawing; a change to any pixel is a new version
SPLITS = ("train", "val")
ADE20K_FOLDER = {"train": "training", "val": "validation"}
JPEG_QUALITY = 92
CHUNK = 25
Progress = Callable[[int], None]


@dataclass(frozen=True)
class ToyOptions:
    train: int = 1200
    val: int = 200
    size: int = 128
    seed: int = 0

    def __post_init__(self) -> None:
        if self.train < 1 or self.val < 1:
            raise ValueError(f"train and val must be at least 1, got {self.train} and {self.val}")
        if self.size < 48:
            raise ValueError(
                f"size must be at least 48 pixels to hold the textures, got {self.size}"
            )

    @property
    def pictures(self) -> int:
        return 3 * (self.train + self.val)

    def count(self, split: str) -> int:
        return self.train if split == "train" else self.val


def write_toy(
    out: Path,
    options: ToyOptions,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    replace: bool = False,
) -> bool:
    """True when written, False when the very same data set was there already.

    Raises:
        ValueError: where `out` holds anything else, toy scenes too unless they are to `replace`.
    """
    mark = {"version": VERSION, **asdict(options)}
    remove_stale(out)
    there = holds(out)
    if there == mark:
        return False
    if there is not None and not replace:
        raise ValueError(
            f"{out} holds toy scenes of {there}, asked for {mark}; add --replace to write anew"
        )
    with written_whole(out, mark) as folder:
        _write_all(folder, options, workers, progress or (lambda _: None))
    return True


def _write_all(root: Path, options: ToyOptions, workers: int, progress: Progress) -> None:
    for folder in ("train2017", "val2017", "annotations"):
        (root / "coco" / folder).mkdir(parents=True)
    for split in SPLITS:
        for kind in ("images", "annotations"):
            (root / "ade20k" / kind / ADE20K_FOLDER[split]).mkdir(parents=True)
        for name in CLASSES:
            (root / "imagenet" / split / _folder(name)).mkdir(parents=True)
    chunks = list(_chunks(options))
    annotations: dict[str, list[dict[str, Any]]] = {split: [] for split in SPLITS}
    for (_, split, numbers), found in zip(
        chunks, _run(partial(_write_chunk, root, options), chunks, workers), strict=True
    ):
        annotations[split] += found
        progress(len(numbers))
    for split in SPLITS:
        first = 1 if split == "train" else options.train + 1
        images = [image_entry(first + i, options.size) for i in range(options.count(split))]
        first_id = 1 if split == "train" else len(annotations["train"]) + 1
        content = instances_file(images, annotations[split], first_id)
        path = root / "coco" / "annotations" / f"instances_{split}2017.json"
        path.write_text(json.dumps(content))


Chunk = tuple[str, str, range]


def _chunks(options: ToyOptions) -> Iterator[Chunk]:
    for layout in WRITERS:
        for split in SPLITS:
            for start in range(0, options.count(split), CHUNK):
                yield layout, split, range(start, min(start + CHUNK, options.count(split)))


def _run(
    work: Callable[[Chunk], list[dict[str, Any]]], chunks: list[Chunk], workers: int
) -> Iterator[list[dict[str, Any]]]:
    """Results in the order of the chunks, whoever finishes first."""
    if workers <= 1:
        yield from map(work, chunks)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(work, chunks)


def _write_chunk(root: Path, options: ToyOptions, chunk: Chunk) -> list[dict[str, Any]]:
    layout, split, numbers = chunk
    cv2.setNumThreads(0)
    annotations: list[dict[str, Any]] = []
    for number in numbers:
        key = [options.seed, list(WRITERS).index(layout), SPLITS.index(split), number]
        annotations += WRITERS[layout](root, options, split, number, np.random.default_rng(key))
    return annotations


def _write_coco(
    root: Path, options: ToyOptions, split: str, number: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    scene = render_scene(rng, options.size)
    image_id = number + 1 + (options.train if split == "val" else 0)
    _save_jpeg(root / "coco" / f"{split}2017" / f"{image_id:012d}.jpg", scene.image)
    return annotate(scene.instances, image_id)


def _write_ade20k(
    root: Path, options: ToyOptions, split: str, number: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    scene = render_scene(rng, options.size)
    folder, name = ADE20K_FOLDER[split], f"ADE_{split}_{number + 1:08d}"
    _save_jpeg(root / "ade20k" / "images" / folder / f"{name}.jpg", scene.image)
    label_path = root / "ade20k" / "annotations" / folder / f"{name}.png"
    _save(label_path, label_plane(scene), [])
    return []


def _write_imagenet(
    root: Path, options: ToyOptions, split: str, number: int, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """One large object; its class names the folder."""
    scene = render_scene(rng, options.size, objects=(1, 1), radius=(0.27, 0.42), spread=0.15)
    while not scene.instances:  # an unlabelled shape took the whole middle
        scene = render_scene(rng, options.size, objects=(1, 1), radius=(0.27, 0.42), spread=0.15)
    folder = _folder(CLASSES[scene.instances[0].class_index])
    path = root / "imagenet" / split / folder / f"{split}_{number + 1:08d}.JPEG"
    _save_jpeg(path, scene.image)
    return []


def _folder(class_name: str) -> str:
    return class_name.replace(" ", "_")


def _save_jpeg(path: Path, image: NDArray[np.uint8]) -> None:
    _save(path, image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _save(path: Path, image: NDArray[np.uint8], parameters: list[int]) -> None:
    if not cv2.imwrite(os.fspath(path), image, parameters):
        raise OSError(f"could not write {path}; is the disk full?")


WRITERS = {"coco": _write_coco, "ade20k": _write_ade20k, "imagenet": _write_imagenet}
