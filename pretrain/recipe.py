"""From a recipe as papers state it to what MMEngine's Runner takes.

A config says `batch_size=4096, base_lr=1.5e-4, epochs=1600, warmup_epochs=40`. How that is split
over devices, and everything that follows from a number stated elsewhere, is worked out here, once,
after `--cfg-options`, so that changing the one number is enough.
"""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from backbones.pictures.dataset import classes_at
from backbones.pictures.folder import check_pictures
from backbones.runs.machine import fill_loader
from backbones.runs.provenance import sha256_file
from backbones.runs.steps import fill_steps
from backbones.shards.cache import share_cache
from backbones.shards.index import index_of, load_index
from backbones.shards.sampler import evaluation_sampler

TRACKERS = {
    "tensorboard": "TensorboardVisBackend",
    "wandb": "WandbVisBackend",
    "mlflow": "MLflowVisBackend",
    "clearml": "ClearMLVisBackend",
    "aim": "AimVisBackend",
    "neptune": "NeptuneVisBackend",
}


def complete(config: Config, *, world_size: int) -> str:
    """Fill in what follows from the recipe, in place; returns the sentence for the log.

    Raises:
        FileNotFoundError: where a data folder is missing or empty.
        ValueError: where the batch does not split over the devices, or not without accumulation
            for a tokenizer, or a tracker is unknown.
    """
    fill_data(config, world_size)
    fill_inputs(config)
    fill_trackers(config)
    message = fill_steps(config, world_size=world_size)
    if config.optim_wrapper.accumulative_counts > 1 and "tokenizer" in config.model:
        raise ValueError(
            f"a codebook learns from every forward pass, which must therefore see the whole batch "
            f"of {config.batch_size}: raise device_batch_size, use more devices, or lower "
            "batch_size"
        )
    fill_intervals(config)
    return message


def fill_data(config: Config, world_size: int) -> None:
    """Folders or shards, picture size, workers and class count, each from its one place."""
    encoder = config.model.get("encoder")  # a tokenizer takes any size; its config gives one
    side = encoder.get("img_size", 224) if encoder else config.train_dataloader.dataset.size
    if index := index_of(config.data_root):
        load_index(index)
        config.train_dataloader.sampler.type = "ShardSampler"
    else:
        check_pictures(Path(config.data_root))
    roots = {"train_dataloader": config.data_root}
    if config.get("val_root"):
        if "val_dataloader" not in config:
            raise ValueError(
                f"{config.method} measures nothing on validation pictures; leave val_root out"
            )
        roots["val_dataloader"] = config.val_root
        config.val_cfg = {"type": "ValLoop"}
        config.val_evaluator = {"type": "TopOne"}
        config.val_dataloader.dataset.classes_from = config.data_root
        share_cache(config.train_dataloader.dataset, config.val_dataloader.dataset)
        config.val_dataloader.sampler = evaluation_sampler(config.val_root)
    else:
        config.pop("val_dataloader", None)
    for name, root in roots.items():
        loader = config[name]
        loader.dataset.update(root=root, size=side, seed=config.seed)
        fill_loader(loader, world_size, config.workers, config.get("prefetch"))
    config.train_dataloader.dataset.decoding = config.get("decoding", "whole")
    if "num_classes" in config.model and config.model.num_classes is None:
        config.model.num_classes = len(classes_at(config.data_root))


def fill_inputs(config: Config) -> None:
    """What a run learns from beside pictures, by content: files may lie anywhere."""
    target = config.model.get("target") or {}
    given = {"tokenizer": target.get("tokenizer"), "perceptual": config.model.get("perceptual")}
    config.inputs = {name: content(value) for name, value in given.items() if value is not None}


def content(value: Any) -> Any:
    """A path as the hash of its file, also inside of a dict; anything else as it is."""
    if isinstance(value, dict):
        return {name: content(part) for name, part in value.items()}
    return sha256_file(value) if isinstance(value, str) and Path(value).is_file() else value


def fill_intervals(config: Config) -> None:
    """How often to log (iterations), save, validate and draw (epochs; saving also iterations)."""
    hooks = config.default_hooks
    hooks.logger.interval = hooks.throughput.interval = config.log_interval
    hooks.divergence.interval = hooks.runtime_info.interval = config.log_interval
    hooks.checkpoint.interval = config.save_interval
    if steps := config.get("save_iterations"):  # whole steps, so that no gradient is left behind
        accumulation = config.optim_wrapper.accumulative_counts
        hooks.checkpoint.update(by_epoch=False, interval=-(-steps // accumulation) * accumulation)
    config.train_cfg.val_interval = config.val_interval
    if "figure" in hooks:
        hooks.figure.interval = config.figure_interval


def fill_trackers(config: Config) -> None:
    """`trackers='tensorboard,wandb'` to MMEngine's visualisation backends."""
    wanted = config.get("trackers") or []
    names = wanted.split(",") if isinstance(wanted, str) else wanted
    for name in names:
        if name not in TRACKERS:
            raise ValueError(f"no tracker {name!r}; choose among {', '.join(TRACKERS)}")
    config.visualizer.vis_backends = [
        {"type": "LocalVisBackend"},
        *({"type": TRACKERS[name]} for name in names),
    ]
