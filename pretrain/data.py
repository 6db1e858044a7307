"""Any folder of pictures as training data; one folder a class where labels are wanted.

A picture that cannot be read is replaced by another, drawn from the same (seed, epoch, index), and
travels on as `skipped`, for a hook to name it once in the log.

Shapes: N images, S side in pixels.
"""

import copy
import os
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from mmengine.registry import DATASETS, FUNCTIONS
from PIL import Image
from timm.data import rand_augment_transform
from torch import Tensor
from torch.utils.data import Dataset

from pretrain.crops import Box, centre_box, crop_box, fixed_box, jitter
from pretrain.randomness import derive, seeded

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".tif", ".tiff")
ATTEMPTS = 50  # unreadable pictures in a row before it is the data that is wrong

CROPS = ("random-size", "fixed", "centre")

Draw = tuple[int, int]  # epoch, index


@DATASETS.register_module()
class Pictures(Dataset[dict[str, Any]]):
    """Pictures below `root`, nested or flat, as uint8 views `[3, size, size]`.

    Args:
        second_size: side of a second view of the same crop (Lanczos), for a tokenizer.
        labelled: the folder right below `root` is the class (torchvision's ImageFolder layout).
        crop: of training views: 'random-size' (and flip), 'fixed' (size, and flip), or 'centre'.
        scale: share of the area a 'random-size' crop covers.
        jitter: strength of random changes of brightness, contrast and saturation.
        augment: timm's RandAugment description, e.g. 'rand-m9-mstd0.5-inc1'.
        train: views as above; else always the centre.

    Raises:
        FileNotFoundError: where `root` is no folder or holds no picture.
        ValueError: for an unknown `crop`.
    """

    def __init__(
        self,
        root: str,
        size: int,
        *,
        seed: int = 0,
        second_size: int | None = None,
        labelled: bool = False,
        crop: Literal["random-size", "fixed", "centre"] = "random-size",
        scale: tuple[float, float] = (0.2, 1.0),
        jitter: float = 0.0,
        augment: str | None = None,
        train: bool = True,
    ) -> None:
        self.root = Path(root)
        self.paths = find_pictures(self.root)
        self.size, self.seed, self.scale, self.train = size, seed, scale, train
        if crop not in CROPS:
            raise ValueError(f"crop must be one of {CROPS}, got {crop!r}")
        self.crop, self.jitter, self.second_size = crop, jitter, second_size
        self.classes = class_names(self.root) if labelled else ()
        self.metainfo = {"classes": self.classes}
        known = {name: label for label, name in enumerate(self.classes)}
        self.labels = [known[Path(path).parts[0]] for path in self.paths] if labelled else None
        options = {"interpolation": Image.Resampling.BICUBIC, "translate_const": int(size * 0.45)}
        self.augment = rand_augment_transform(augment, options) if augment else None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, draw: Draw | int) -> dict[str, Any]:
        epoch, index = (0, draw) if isinstance(draw, int) else draw
        skipped: list[str] = []
        for attempt in range(ATTEMPTS):
            try:
                picture = self.read(index)
            except Exception:  # decoders raise nearly anything on a broken file
                skipped.append(self.paths[index])
                index = derive(self.seed, epoch, index, attempt) % len(self)
                continue
            views = self.views(picture, derive(self.seed, epoch, index, attempt))
            sample = {**views, "path": self.paths[index], "skipped": skipped}
            return sample if self.labels is None else {**sample, "labels": self.labels[index]}
        raise OSError(
            f"{ATTEMPTS} pictures in a row below {self.root} cannot be read, the last one "
            f"{skipped[-1]}; check the data"
        )

    def sample(self, number: int, size: int | None = None) -> Tensor:
        """At most `number` centre crops, evenly spread, uint8 `[N, 3, S, S]`: always the same."""
        views = copy.copy(self)
        views.train, views.augment, views.second_size = False, None, None
        views.size = size or self.size
        chosen = evenly(len(self), number)
        return torch.stack([views[index]["images"] for index in chosen])

    def keep(self, indices: Sequence[int]) -> None:
        """Only these pictures from now on."""
        self.paths = [self.paths[index] for index in indices]
        if self.labels is not None:
            self.labels = [self.labels[index] for index in indices]

    def read(self, index: int) -> Image.Image:
        with Image.open(self.root / self.paths[index]) as file:
            return file.convert("RGB")

    def views(self, picture: Image.Image, seed: int) -> dict[str, Tensor]:
        """`images`, uint8 `[3, S, S]`, and `second` where asked for; the same for the same seed."""
        draw = random.Random(seed)
        if self.train and self.crop == "random-size":
            picture = picture.crop(crop_box(*picture.size, self.scale, draw))
            box: Box = (0, 0, *picture.size)  # cut first, as torchvision's RandomResizedCrop
        elif self.train and self.crop == "fixed":
            box = fixed_box(*picture.size, draw)
        else:
            box = centre_box(*picture.size)
        flip = self.train and self.crop != "centre" and draw.random() < 0.5
        if self.train and self.jitter:
            picture = jitter(picture, self.jitter, draw)
        view = resized(picture, box, self.size, Image.Resampling.BICUBIC, flip=flip)
        if self.augment is not None:
            with seeded(seed):
                view = augmented(view, self.augment)
        views = {"images": to_tensor(view)}
        if self.second_size is not None:
            second = resized(picture, box, self.second_size, Image.Resampling.LANCZOS, flip=flip)
            views["second"] = to_tensor(second)
        return views


def resized(
    picture: Image.Image, box: Box, size: int, kernel: Image.Resampling, *, flip: bool
) -> Image.Image:
    """`box` of `picture` as `size` x `size` pixels."""
    view = picture.resize((size, size), kernel, box=box)
    return view.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else view


def to_tensor(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def augmented(picture: Image.Image, augment: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """RandAugment; a draw that posterizes to 0 bits, which Pillow refuses, is drawn again."""
    for _ in range(ATTEMPTS - 1):
        try:
            return augment(picture)
        except ValueError as error:
            if "bits must be" not in str(error):
                raise
    return augment(picture)


def evenly(total: int, number: int) -> list[int]:
    """At most `number` of the indices below `total`, evenly spread from the first to the last."""
    return torch.linspace(0, total - 1, min(number, total)).long().tolist()


@FUNCTIONS.register_module()
def stack_pictures(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Samples to a batch: images `[N, 3, S, S]`, labels `[N]` if any, lists of the rest."""
    batch: dict[str, Any] = {name: [sample[name] for sample in samples] for name in samples[0]}
    for name in batch.keys() & {"images", "second"}:
        batch[name] = torch.stack(batch[name])
    if "labels" in batch:
        batch["labels"] = torch.tensor(batch["labels"])
    batch["skipped"] = [path for paths in batch["skipped"] for path in paths]
    return batch


def find_pictures(root: Path) -> list[str]:
    """Paths below `root`, relative and sorted, links followed, hidden files left out.

    Raises:
        FileNotFoundError: where there is no such folder, or no picture in it.
    """
    check_pictures(root)
    return sorted(path.relative_to(root).as_posix() for path in walk_pictures(root))


def check_pictures(root: Path) -> None:
    """Stops at the first picture found, so it is cheap on a large folder.

    Raises:
        FileNotFoundError: where there is no such folder, or no picture in it.
    """
    remedy = "set it with --cfg-options data_root=FOLDER"
    if not root.is_dir():
        raise FileNotFoundError(f"no folder of pictures at {root}; {remedy}")
    if next(walk_pictures(root), None) is None:
        kinds = " ".join(SUFFIXES)
        raise FileNotFoundError(f"no pictures ({kinds}) in or below {root}; {remedy}")


def walk_pictures(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root, followlinks=True):
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield Path(folder, name)


def class_names(root: Path) -> tuple[str, ...]:
    """The folders right below `root` that hold pictures, sorted: the classes.

    Raises:
        FileNotFoundError: where there are no pictures at all.
        ValueError: where a picture lies outside of any folder.
    """
    check_pictures(root)
    for path in sorted(root.iterdir()):
        if path.is_file() and path.name.lower().endswith(SUFFIXES):
            raise ValueError(
                f"labels need one folder a class below {root}, but {path.name} lies directly in it"
            )
    folders = sorted(path for path in root.iterdir() if path.is_dir())
    return tuple(path.name for path in folders if next(walk_pictures(path), None))
