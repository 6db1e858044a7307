"""Any folder of pictures as training data; one folder a class where labels are wanted.

In training a picture that cannot be read is replaced by another, drawn from the same (seed, epoch,
index), and travels on as `skipped`, for a hook to name it once in the log. An evaluation must see
every picture, so there it is an error.

Shapes: N images, S side in pixels.
"""

import copy
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from mmengine.registry import DATASETS, FUNCTIONS
from PIL import Image
from timm.data import rand_augment_transform
from torch import Tensor
from torch.utils.data import Dataset

from backbones.pictures.crops import Box, centre_box, centred, crop_box, fixed_box, jitter
from backbones.pictures.folder import class_names, find_pictures
from backbones.pictures.randomness import derive, seeded

ATTEMPTS = 50  # unreadable pictures in a row before it is the data that is wrong

CROPS = ("random-size", "fixed", "centre")
FILL = (124, 116, 104)  # ImageNet's mean colour, where RandAugment moves a picture's edge inwards

Draw = tuple[int, int]  # epoch, index


@DATASETS.register_module()
class Pictures(Dataset[dict[str, Any]]):
    """Pictures below `root`, nested or flat, as uint8 views `[3, size, size]`.

    Args:
        second_size: side of a second view of the same crop (Lanczos), for a tokenizer.
        labelled: the folder right below `root` is the class (torchvision's ImageFolder layout).
        classes_from: folder whose class list is used in place of `root`'s own, so that validation
            pictures have the labels of the training pictures.
        crop: of training views: 'random-size' (and flip), 'fixed' (size, and flip), or 'centre'.
        scale: share of the area a 'random-size' crop covers.
        jitter: strength of random changes of brightness, contrast and saturation.
        augment: timm's RandAugment description, e.g. 'rand-m9-mstd0.5-inc1'.
        train: views as above; else the short side is resized and the centre cut out.
        centre: share of the short side that such a view shows: 224 of 256, or 1.
        unreadable: 'replace' a picture that cannot be read by another, or 'raise'.
        limit: at most this many pictures, evenly spread, for a quick look.

    Raises:
        FileNotFoundError: where `root` is no folder or holds no picture.
        ValueError: for an unknown `crop` or `unreadable`, and a class `classes_from` lacks.
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
        centre: float = 7 / 8,
        classes_from: str | None = None,
        unreadable: Literal["replace", "raise"] = "replace",
        limit: int | None = None,
    ) -> None:
        self.root = Path(root)
        self.paths = find_pictures(self.root)
        self.size, self.seed, self.scale, self.train = size, seed, scale, train
        if crop not in CROPS:
            raise ValueError(f"crop must be one of {CROPS}, got {crop!r}")
        if unreadable not in ("replace", "raise"):
            raise ValueError(f"unreadable must be 'replace' or 'raise', got {unreadable!r}")
        self.crop, self.jitter, self.second_size = crop, jitter, second_size
        self.centre, self.unreadable = centre, unreadable
        self.classes = class_names(Path(classes_from or root)) if labelled else ()
        self.metainfo = {"classes": self.classes}
        self.labels = labels_of(self.paths, self.classes, self.root) if labelled else None
        self.limited = limit is not None and limit < len(self)
        if self.limited:
            self.keep(evenly(len(self), limit or 0))
        options = {
            "interpolation": Image.Resampling.BICUBIC,
            "translate_const": int(size * 0.45),
            "img_mean": FILL,
        }
        self.augment = rand_augment_transform(augment, options) if augment else None

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, draw: Draw | int) -> dict[str, Any]:
        epoch, index = (0, draw) if isinstance(draw, int) else draw
        skipped: list[str] = []
        for attempt in range(ATTEMPTS):
            try:
                picture = self.read(index)
            except Exception as error:  # decoders raise nearly anything on a broken file
                if self.unreadable == "raise":
                    raise OSError(
                        f"{self.root / self.paths[index]} cannot be read as a picture ({error}); "
                        "an evaluation counts every picture, so copy it again"
                    ) from error
                skipped.append(self.paths[index])
                index = derive(self.seed, epoch, index, attempt) % len(self)
                continue
            views = self.views(picture, derive(self.seed, epoch, index, attempt))
            names = {"path": self.paths[index], "index": index, "skipped": skipped}
            sample = {**views, **names}
            return sample if self.labels is None else {**sample, "labels": self.labels[index]}
        raise OSError(
            f"{ATTEMPTS} pictures in a row below {self.root} cannot be read, the last one "
            f"{skipped[-1]}; check the data"
        )

    def sample(self, number: int, size: int | None = None) -> Tensor:
        """At most `number` centre crops, evenly spread, uint8 `[N, 3, S, S]`: always the same."""
        views = copy.copy(self)
        views.train, views.augment, views.second_size = False, None, None
        views.unreadable = "replace"
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
        if not self.train and self.second_size is None:
            return {"images": to_tensor(centred(picture, self.size, self.centre))}
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


def labels_of(paths: Sequence[str], classes: Sequence[str], root: Path) -> list[int]:
    """Each picture's class as its place in `classes`.

    Raises:
        ValueError: for folders that are no class, naming them.
    """
    known = {name: label for label, name in enumerate(classes)}
    folders = [Path(path).parts[0] for path in paths]
    if unknown := sorted({folder for folder in folders if folder not in known}):
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise ValueError(
            f"{root} has folders that are none of the {len(classes)} classes: "
            f"{', '.join(unknown[:5])}{more}; the class list is that of the training folders"
        )
    return [known[folder] for folder in folders]


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
