"""From an ImageNet recipe as papers state it to what MMEngine's Runner takes.

Configs give `batch_size` over all devices, `base_lr` per 256 pictures and `epochs`; the rest is
worked out here, after `--cfg-options`, and listed in `derived`, which no hash of the protocol
includes: it follows from settings that every hash includes.
"""

from pathlib import Path

from mmengine.config import Config

from backbones.pictures.folder import class_names, walk_pictures
from backbones.runs.steps import fill_steps, split_batch

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
}
SHOWN = 5


def complete(config: Config, *, world_size: int) -> str:
    """Fill in what follows from the recipe, in place; returns the sentence for the log.

    Raises:
        FileNotFoundError: where a data folder is missing or empty.
        ValueError: where something that follows was given by hand, the batch does not split, or the
            classes of training folders, validation folders and head differ.
    """
    trains = "epochs" in config
    forget_derived(config, trains=trains)
    refuse_derived(config, trains=trains)
    train, val = config.train_dataloader.dataset, config.val_dataloader.dataset
    classes = check_classes(Path(train.root), Path(val.root), config.model.get("num_classes"))
    config.model.num_classes = len(classes)
    train.size = val.size = config.model.backbone.img_size
    train.seed = config.randomness.seed
    config.derived = [*DERIVED, "model.num_classes", "test_dataloader.dataset.size"]
    config.test_dataloader = config.val_dataloader
    if trains:
        return fill_steps(config, world_size=world_size)
    per_device, _ = split_batch(config.batch_size, world_size, config.device_batch_size)
    config.train_dataloader.batch_size = per_device
    return f"features of {per_device} pictures at a time in each of {world_size} processes"


def forget_derived(config: Config, *, trains: bool) -> None:
    """A configuration out of a work folder is complete; what followed then follows anew."""
    for key in config.pop("derived", ()):
        if key.startswith("optim_wrapper") and not trains:
            continue
        *parents, last = key.split(".")
        node = config
        for parent in parents:
            node = node.get(parent, {})
        node.pop(last, None)


def refuse_derived(config: Config, *, trains: bool) -> None:
    """A value given by hand would be written over in silence."""
    for key, instead in DERIVED.items():
        if key.startswith("optim_wrapper") and not trains:
            continue  # MMEngine wants an optimiser even where nothing is trained
        *parents, last = key.split(".")
        node = config
        for parent in parents:
            node = node.get(parent, {})
        if last in node:
            raise ValueError(f"{key} follows from other settings; set {instead} in its place")


def check_classes(train: Path, val: Path, num_classes: int | None) -> tuple[str, ...]:
    """The training folders' names, which validation folders and head must agree with.

    A validation folder may be empty, but it must be there.

    Raises:
        FileNotFoundError: where a folder is missing or holds no picture.
        ValueError: naming the classes that differ.
    """
    classes = class_names(train)
    class_names(val)  # there are pictures at all
    folders = {path.name: path for path in val.iterdir() if path.is_dir()}
    missing = sorted(set(classes) - folders.keys())
    extra = sorted(
        name for name in folders.keys() - set(classes) if next(walk_pictures(folders[name]), None)
    )
    if missing or extra:
        found = [
            f"{len(names)} {what} ({_some(names)})"
            for names, what in ((missing, "only in training"), (extra, "only in validation"))
            if names
        ]
        raise ValueError(
            f"the class folders of {train} and {val} differ: {' and '.join(found)}; both need one "
            "folder of pictures a class, by the same names"
        )
    if num_classes is not None and num_classes != len(classes):
        raise ValueError(
            f"model.num_classes is {num_classes}, but {train} has {len(classes)} class folders "
            f"({_some(classes)}); leave it out with --cfg-options model.num_classes=None, or check "
            "data_root"
        )
    return classes


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
