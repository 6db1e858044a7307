"""From an ImageNet recipe as papers state it to what MMEngine's Runner takes.

Configs give `batch_size` over all devices, `base_lr` per 256 pictures and `epochs`; the rest is
worked out here, after `--cfg-options`, and listed in `derived`, which no hash of the protocol
includes: it follows from settings that every hash includes.
"""

from functools import reduce
from pathlib import Path
from typing import Any

from mmengine.config import Config

from backbones.pictures.dataset import classes_at
from backbones.runs.machine import fill_loader
from backbones.runs.steps import fill_steps, split_batch
from backbones.shards.cache import share_cache
from backbones.shards.index import index_of
from backbones.shards.remote import is_url
from backbones.shards.sampler import evaluation_sampler

# What is filled in, and what to set instead.
DERIVED = {
    "optim_wrapper.accumulative_counts": "device_batch_size",
    "optim_wrapper.optimizer.lr": "base_lr",
    "param_scheduler": "epochs, warmup_epochs, min_lr",
    "train_cfg.max_epochs": "epochs",
    "train_dataloader.batch_size": "batch_size, or device_batch_size",
    "train_dataloader.dataset.seed": "randomness.seed",
    "train_dataloader.dataset.size": "model.backbone.img_size",
    "train_dataloader.sampler.batch_size": "batch_size",
    "val_dataloader.dataset.size": "model.backbone.img_size",
    "val_dataloader.sampler": "data_root",
}
LOADING = {
    "num_workers": "workers",
    "prefetch_factor": "prefetch",
    "persistent_workers": "workers",
    "pin_memory": "workers",
}
SHOWN = 5


def complete(config: Config, *, world_size: int) -> str:
    """Fill in what follows from the recipe, in place; returns the sentence for the log.

    Raises:
        FileNotFoundError: where a data folder, or an index of shards, is missing or empty.
        ValueError: where something that follows was given by hand, the batch does not split, or the
            classes of training pictures, validation pictures and head differ.
    """
    trains = "epochs" in config
    forget_derived(config)
    refuse_derived(config, trains=trains)
    fill_data(config, trains=trains)
    for name in ("train_dataloader", "val_dataloader"):
        fill_loader(config[name], world_size, config.workers, config.prefetch)
    config.test_dataloader = config.val_dataloader
    config.derived = [
        *derived(trains=trains),
        *("model.num_classes", "test_dataloader.dataset.size", "test_dataloader.sampler"),
        *(f"test_dataloader.{key}" for key in LOADING),
    ]
    if trains:
        return fill_steps(config, world_size=world_size)
    per_device, _ = split_batch(config.batch_size, world_size, config.device_batch_size)
    config.train_dataloader.batch_size = per_device
    return f"features of {per_device} pictures at a time in each of {world_size} processes"


def fill_data(config: Config, *, trains: bool) -> None:
    """Picture sizes, the number of classes, and in which order pictures come.

    Shards on this machine are trained from in the order of the folder they were written from. From
    a URL they come nearly one after another; that is another draw, so the protocol lists it.
    """
    train, val = config.train_dataloader, config.val_dataloader
    classes = check_classes(train.dataset.root, val.dataset.root, config.model.get("num_classes"))
    config.model.num_classes = len(classes)
    train.dataset.size = val.dataset.size = config.model.backbone.img_size
    train.dataset.seed = config.randomness.seed
    share_cache(train.dataset, val.dataset)
    val.sampler = evaluation_sampler(val.dataset.root)
    if not trains:
        train.sampler = evaluation_sampler(train.dataset.root)
    elif (index := index_of(train.dataset.root)) and is_url(index):
        train.sampler.type = "ShardSampler"


def derived(*, trains: bool) -> dict[str, str]:
    """`DERIVED`, and what else follows or changes no result, with what to set instead."""
    loading = {
        f"{loader}.{key}": instead
        for loader in ("train_dataloader", "val_dataloader")
        for key, instead in LOADING.items()
    }
    if trains:
        return {**DERIVED, **loading}
    # MMEngine wants an optimiser even where nothing is trained
    own = {key: instead for key, instead in DERIVED.items() if not key.startswith("optim_wrapper")}
    return {**own, **loading, "train_dataloader.sampler": "data_root"}


def forget_derived(config: Config) -> None:
    """A configuration out of a work folder is complete; what followed then follows anew."""
    for key in config.pop("derived", ()):
        holder, last = holder_of(config, key)
        holder.pop(last, None)


def holder_of(config: Config, key: str) -> tuple[dict[str, Any], str]:
    """What holds the last part of a dotted key, and that part."""
    *parents, last = key.split(".")
    return reduce(lambda node, parent: node.get(parent, {}), parents, config), last


def refuse_derived(config: Config, *, trains: bool) -> None:
    """A value given by hand would be written over in silence."""
    for key, instead in derived(trains=trains).items():
        holder, last = holder_of(config, key)
        if last in holder:
            raise ValueError(f"{key} follows from other settings; set {instead} in its place")


def check_classes(train: str, val: str, num_classes: int | None) -> tuple[str, ...]:
    """The training pictures' classes, which validation pictures and head must agree with.

    A validation folder may be empty, but it must be there.

    Raises:
        FileNotFoundError: where a folder or an index is missing or holds no picture.
        ValueError: naming the classes that differ.
    """
    classes = classes_at(train)
    there, filled = validation_classes(val)
    missing, extra = sorted(set(classes) - there), sorted(filled - set(classes))
    if missing or extra:
        found = [
            f"{len(names)} {what} ({_some(names)})"
            for names, what in ((missing, "only in training"), (extra, "only in validation"))
            if names
        ]
        raise ValueError(
            f"the classes of {train} and {val} differ: {' and '.join(found)}; both need one folder "
            "of pictures a class, by the same names, or shards written from such"
        )
    if num_classes is not None and num_classes != len(classes):
        raise ValueError(
            f"model.num_classes is {num_classes}, but {train} has {len(classes)} classes "
            f"({_some(classes)}); leave it out with --cfg-options model.num_classes=None, or check "
            "data_root"
        )
    return classes


def validation_classes(val: str) -> tuple[set[str], set[str]]:
    """Those that are there, and those of them with pictures: in shards, all."""
    filled = set(classes_at(val))
    if index_of(val):
        return filled, filled
    return {path.name for path in Path(val).iterdir() if path.is_dir()}, filled


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
