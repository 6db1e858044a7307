"""Any folder of pictures as training data; one folder a class where labels are wanted.

In training a picture that cannot be read is replaced by another, drawn from the same (seed, epoch,
index), and travels on as `skipped`, for a hook to name it once in the log. An evaluation must see
every picture, so there it is an error.

Shapes: N images, S side in pixels.
"""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from mmengine.registry import DATASETS, FUNCTIONS
from torch import Tensor
from torch.utils.data import Dataset

from backbones.pictures.folder import FolderSource, class_names
from backbones.pictures.randomness import derive
from backbones.pictures.source import Source, UnreadablePictureError, evenly
from backbones.pictures.views import Views
from backbones.shards.index import index_of, load_index
from backbones.shards.source import ShardSource

ATTEMPTS = 50  # unreadable pictures in a row before it is the data that is wrong

Draw = tuple[int, ...]  # epoch, index, and others that will be read soon


@DATASETS.register_module()
class Pictures(Dataset[dict[str, Any]]):
    """Pictures below `root`, nested or flat, as uint8 views `[3, size, size]`.

    Args:
        root: a folder of pictures, or of the shards that `python -m backbones.shards` wrote of one;
            these also by URL, or by the path or URL of their index.json.
        second_size: side of a second view of the same crop (Lanczos), for a tokenizer.
        labelled: the folder right below `root` is the class (torchvision's ImageFolder layout).
        classes_from: folder or shards whose class list is used in place of `root`'s own, so that
            validation pictures have the labels of the training pictures.
        crop: of training views: 'random-size' (and flip), 'fixed' (size, and flip), or 'centre'.
        scale: share of the area a 'random-size' crop covers.
        jitter: strength of random changes of brightness, contrast and saturation.
        augment: timm's RandAugment description, e.g. 'rand-m9-mstd0.5-inc1'.
        train: views as above; else the short side is resized and the centre cut out.
        centre: share of the short side that such a view shows: 224 of 256, or 1.
        decoding: 'whole', as published code does, all of it with Pillow; or, in training, 'scaled':
            the same draws, but the crop alone is decoded further than to bytes, at the largest
            scale of a JPEG that suffices. Pixels differ a little: tests/…/test_decode.py says how
            much. Evaluation views are always cut out of the whole picture.
        unreadable: 'replace' a picture that cannot be read by another, or 'raise'.
        limit: at most this many pictures, evenly spread over their paths, for a quick look.
        cache: folder that shards from a URL are kept in; default: the user's cache folder.
        cache_bytes: how much of that folder they may fill.

    Raises:
        FileNotFoundError: where `root` is no folder or holds no picture.
        ValueError: for an unknown `crop`, `decoding` or `unreadable`, a class that
            `classes_from` lacks, and labels of shards that have none.
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
        decoding: Literal["whole", "scaled"] = "whole",
        limit: int | None = None,
        cache: str | None = None,
        cache_bytes: int = 200 * 10**9,
    ) -> None:
        if unreadable not in ("replace", "raise"):
            raise ValueError(f"unreadable must be 'replace' or 'raise', got {unreadable!r}")
        self.seed, self.unreadable = seed, unreadable
        self.views = Views(
            size,
            second_size=second_size,
            crop=crop,
            scale=scale,
            jitter=jitter,
            augment=augment,
            train=train,
            centre=centre,
            decoding=decoding,
        )
        self.source: Source
        classes = classes_at(classes_from) if labelled and classes_from else None
        if index := index_of(root):
            self.source = ShardSource(
                index, labelled=labelled, classes=classes, cache=cache, cache_bytes=cache_bytes
            )
        else:
            self.source = FolderSource(Path(root), labelled=labelled, classes=classes)
        self.metainfo = {"classes": self.classes}
        self.limited = limit is not None and limit < len(self)
        if self.limited:
            self.keep(evenly(len(self), limit or 0))

    @property
    def classes(self) -> tuple[str, ...]:
        return self.source.classes

    @property
    def labels(self) -> Sequence[int] | None:
        return self.source.labels

    @property
    def root(self) -> Path:
        return self.source.root

    @property
    def paths(self) -> Sequence[str]:
        return self.source.paths

    @property
    def size(self) -> int:
        return self.views.size

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, draw: Draw | int) -> dict[str, Any]:
        epoch, index, *soon = (0, draw) if isinstance(draw, int) else draw
        self.source.expect(soon)
        skipped: list[str] = []
        for attempt in range(ATTEMPTS):
            seed = derive(self.seed, epoch, index, attempt)
            try:
                views = self.views.make(self.source.read(index), seed)
            except UnreadablePictureError as error:
                if self.unreadable == "raise":
                    raise OSError(
                        f"{self.source.where(index)} cannot be read as a picture ({error}); "
                        "an evaluation counts every picture, so copy it again"
                    ) from error
                skipped.append(self.source.name(index))
                near = self.source.near(index)
                index = near[seed % len(near)]
                continue
            names = {"path": self.source.name(index), "index": index, "skipped": skipped}
            sample = {**views, **names}
            return sample if self.labels is None else {**sample, "labels": self.labels[index]}
        raise OSError(
            f"{ATTEMPTS} pictures in a row below {self.root} cannot be read, the last one "
            f"{skipped[-1]}; check the data"
        )

    def sample(self, number: int, size: int | None = None) -> Tensor:
        """Centre crops of `few(number)`, uint8 `[N, 3, S, S]`."""
        data = copy.copy(self)
        data.unreadable = "replace"
        data.views = self.views.plain(size or self.size)
        return torch.stack([data[index]["images"] for index in self.few(number)])

    def few(self, number: int) -> list[int]:
        """At most `number` pictures that stand for all, always the same."""
        return self.source.few(number)

    def keep(self, indices: Sequence[int]) -> None:
        """Only these pictures from now on."""
        self.source.keep(indices)


def classes_at(root: str | Path) -> tuple[str, ...]:
    """The class list of a folder of pictures or of shards.

    Raises:
        FileNotFoundError: where there are no pictures.
        ValueError: where pictures have no classes.
    """
    index = index_of(root)
    return load_index(index).needed_classes() if index else class_names(Path(root))


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
