"""Pictures a second on one core, of each decoder: `python -m backbones.pictures.benchmark FOLDER`.

The baseline is what ImageNet code commonly does: torchvision's ImageFolder (Pillow),
RandomResizedCrop (bicubic), flip, ToTensor, Normalize. All get the same boxes and flips, drawn
beforehand, and take turns (A B C A B C …) in one process of one thread, so that whatever else the
machine does meets all alike. Ours end in bytes, which the device normalises; what that costs where
the device is this processor is measured too. Larger JPEGs are made from the folder's. Beside the
speed stands how far each view is from the baseline's, in steps of 255.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torchvision.datasets.folder import pil_loader
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as tv

from backbones.pictures.crops import crop_box
from backbones.pictures.decode import DECODERS, Whole, available, bytes_view, cut
from backbones.pictures.folder import find_pictures
from backbones.pictures.normalise import NormalisePictures
from backbones.pictures.source import evenly
from backbones.pictures.views import resized, to_tensor
from backbones.runs.files import write_json
from backbones.runs.provenance import environment

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BASELINE = "ImageFolder"
QUALITY = 90  # of the larger JPEGs


@dataclass(frozen=True)
class Crop:
    """One picture and what to cut from it, the same for all."""

    path: Path
    box: Whole
    flip: bool


Pipeline = Callable[[Crop, int], Tensor]  # a crop and the side of its view


def image_folder(crop: Crop, size: int) -> Tensor:
    left, top, right, bottom = crop.box
    view = tv.resized_crop(
        pil_loader(crop.path),
        *(top, left, bottom - top, right - left),
        [size, size],
        InterpolationMode.BICUBIC,
    )
    view = tv.hflip(view) if crop.flip else view
    return tv.normalize(tv.to_tensor(view), MEAN, STD)


def whole(crop: Crop, size: int) -> Tensor:
    """`decoding='whole'`: the same pictures as the baseline's, left in bytes."""
    picture = pil_loader(crop.path).crop(crop.box)
    box = (0, 0, *picture.size)
    return to_tensor(resized(picture, box, size, Image.Resampling.BICUBIC, flip=crop.flip))


def scaled(name: str) -> Pipeline:
    """`decoding='scaled'` by one of the decoders."""

    def run(crop: Crop, size: int) -> Tensor:
        pixels, _ = cut(crop.path.read_bytes(), size, lambda *_: crop.box, DECODERS[name])
        return bytes_view(pixels, size, flip=crop.flip)

    return run


def pipelines() -> dict[str, Pipeline]:
    ours = {f"scaled, {name}": scaled(name) for name in available()}
    return {BASELINE: image_folder, "whole, pillow": whole, **ours}


def draw_crops(folder: Path, names: Sequence[str], size: int) -> list[Crop]:
    """Boxes of .2 to 1 of the area, as MAE's, moved to whole pixels of the scale they need."""
    crops = []
    for number, name in enumerate(names):
        draw = random.Random(number)
        data = (folder / name).read_bytes()
        _, box = cut(
            data,
            size,
            lambda w, h, draw=draw: crop_box(w, h, (0.2, 1.0), draw),  # type: ignore[misc]
            DECODERS["pillow"],
        )
        crops.append(Crop(folder / name, box, draw.random() < 0.5))
    return crops


def enlarged(folder: Path, names: Sequence[str], times: int, out: Path) -> list[str]:
    """JPEGs of `times` the sides, by their numbers."""
    for number, name in enumerate(names):
        picture = pil_loader(folder / name)
        sides = (picture.width * times, picture.height * times)
        picture.resize(sides, Image.Resampling.BICUBIC).save(out / f"{number}.jpg", quality=QUALITY)
    return [f"{number}.jpg" for number in range(len(names))]


def measure(crops: Sequence[Crop], size: int, repeats: int) -> list[dict[str, Any]]:
    """One row a pipeline; the first round is not counted."""
    runs = pipelines()
    wall: dict[str, list[float]] = {name: [] for name in runs}
    core: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            start, busy = time.perf_counter(), time.process_time()
            for crop in crops:
                run(crop, size)
            if turn:
                wall[name].append(time.perf_counter() - start)
                core[name].append(time.process_time() - busy)
    apart = differences(crops, size)
    return [
        {
            "pipeline": name,
            "images_per_s": len(crops) / median(wall[name]),
            "images_per_core_s": len(crops) / median(core[name]),
            "speedup": median(
                base / own for base, own in zip(core[BASELINE], core[name], strict=True)
            ),
            **apart[name],
        }
        for name in runs
    ]


def differences(crops: Sequence[Crop], size: int) -> dict[str, dict[str, float]]:
    """Mean, 99.9 % quantile and most of |view - baseline's|, of 255, over all pixels."""
    normalise = NormalisePictures(MEAN, STD)
    counts = {name: np.zeros(256, np.int64) for name in pipelines()}
    for crop in crops:
        expected = normalise.to_bytes(image_folder(crop, size)[None])[0].int()
        for name, run in pipelines().items():
            view = run(crop, size)
            view = view if view.dtype == torch.uint8 else normalise.to_bytes(view[None])[0]
            off = (view.int() - expected).abs().flatten()
            counts[name] += torch.bincount(off, minlength=256).numpy()
    steps = np.arange(256)
    return {
        name: {
            "mean_off": float((count * steps).sum() / count.sum()),
            "most_999": float(np.searchsorted(count.cumsum() / count.sum(), 0.999)),
            "most_off": float(steps[count > 0].max()),
        }
        for name, count in counts.items()
    }


def normalising(size: int, batch: int = 32) -> float:
    """Milliseconds a picture where the device that normalises is this core."""
    normalise = NormalisePictures(MEAN, STD)
    images = torch.zeros(batch, 3, size, size, dtype=torch.uint8)
    found = []
    for _ in range(5):
        start = time.process_time()
        normalise({"images": images})
        found.append(time.process_time() - start)
    return 1000 * median(found) / batch


def benchmark(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Of the folder's pictures as they are, and of larger ones made from them."""
    torch.set_num_threads(1)
    found = find_pictures(folder)
    names = [found[index] for index in evenly(len(found), options.images)]
    corpora = []
    for times in options.enlarge:
        with tempfile.TemporaryDirectory() as made:
            place, chosen = folder, list(names)
            if times > 1:
                place, chosen = Path(made), enlarged(folder, names, times, Path(made))
            sides = [Image.open(io.BytesIO((place / name).read_bytes())).size for name in chosen]
            crops = draw_crops(place, chosen, options.size)
            corpora.append(
                {
                    "enlarged": times,
                    "images": len(crops),
                    "median_sides": [int(median(side)) for side in zip(*sides, strict=True)],
                    "rows": measure(crops, options.size, options.repeats),
                }
            )
    return {
        "size": options.size,
        "repeats": options.repeats,
        "load": os.getloadavg()[0],
        "normalise_ms": normalising(options.size),
        "environment": environment(),
        "corpora": corpora,
    }


def show(result: dict[str, Any], console: Console) -> None:
    for corpus in result["corpora"]:
        width, height = corpus["median_sides"]
        table = Table(
            title=f"{corpus['images']} pictures of {width} x {height} (medians) to "
            f"{result['size']} pixels, {result['repeats']} rounds"
        )
        heads = ("images/s", "per core", "speed-up", "mean off", "99.9 %", "most")
        table.add_column("pipeline", no_wrap=True)
        for head in heads:
            table.add_column(head, justify="right")
        for row in corpus["rows"]:
            table.add_row(
                row["pipeline"],
                f"{row['images_per_s']:.0f}",
                f"{row['images_per_core_s']:.0f}",
                f"{row['speedup']:.2f} x",
                f"{row['mean_off']:.2f}",
                f"{row['most_999']:.0f}",
                f"{row['most_off']:.0f}",
            )
        console.print(table)
    console.print(
        f"load {result['load']:.1f}; 'per core' counts this process's seconds of a core, which the "
        f"speed-up is of; normalising on a core: {result['normalise_ms']:.2f} ms a picture"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m backbones.pictures.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="pictures, mostly JPEGs")
    parser.add_argument("--images", type=int, default=200, help="at most so many, evenly spread")
    parser.add_argument("--size", type=int, default=224, help="side of a view in pixels")
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument(
        "--enlarge", type=int, nargs="+", default=[1, 2, 4], help="sides times this, each a table"
    )
    parser.add_argument("--out", type=Path, help="write all numbers to this JSON file")
    options = parser.parse_args(arguments)
    try:
        result = benchmark(options.folder, options)
    except (OSError, ValueError) as error:
        sys.exit(f"python -m backbones.pictures.benchmark: {error}")
    show(result, Console())
    if options.out:
        write_json(options.out, result)


if __name__ == "__main__":
    main()
