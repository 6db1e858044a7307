"""What makes two runs the same: the protocol, and the recipe, which adds seed, weights and data.

A config gives the batch of one process. Results follow the batch of all, so that is what is hashed;
a configuration file states its own in `schedule.batch` (COCO, ADE20K), or gives `batch_size` of all
and leaves the rest to be derived (ImageNet, transfer/classify/complete.py).

Papers tune a few settings per method and call it one protocol. Such settings are declared, by a
configuration that is a variant of another (`cell.variant_of`), or by options that `cell.tuned`
names. They are listed beside the protocol's hash, everything else that differs changes it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

import transfer
from backbones.checkpoints import LoadReport
from backbones.runs.provenance import config_hash, plain_config
from transfer.adopted import as_shipped
from transfer.differences import ABSENT, differences, put, value_at
from transfer.manifest import describe_datasets
from transfer.schedule import at_published_batch, derive, pictures_a_step

CONFIGS = Path(transfer.__file__).parent / "configs"
LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
# What may differ between runs of one protocol.
NOT_PROTOCOL = (
    "cell",
    # how a step is computed, not what
    *("channels_last", "compile_backbone", "optim_wrapper.optimizer.fused"),
    *("default_hooks.step", "default_hooks.runtime_info", "default_hooks.data_wait"),
    "data_root",
    "derived",
    "device_batch_size",
    "env_cfg",
    "experiment_name",
    "launcher",
    "load_from",
    "model.backbone.init_cfg",
    "paths_root",
    "prefetch",
    "randomness.seed",
    "restart_if_changed",
    "resume",
    "schedule",  # what follows from it is
    "work_dir",
    "workers",
    *(f"{loader}.dataset.{key}" for loader in LOADERS for key in ("cache", "cache_bytes")),
)


def protocol(runner: Runner) -> dict[str, Any]:
    """The config's name below `transfer/configs`, and hashes of all that makes the protocol.

    `shipped_sha256` is of the configuration file, before any option; a variant has the name and the
    hash of what it is a variant of. `sha256` is of this run, but for the declared settings of its
    own, which `tuned` lists. `changed` lists every other setting that is not as shipped.
    """
    path = Path(runner.cfg.filename).resolve()
    file = Config.fromfile(path)
    base_path, base = _variant_of(file, path)
    derived = runner.cfg.get("derived", ())  # follows from settings that are compared themselves
    ran = _content(runner.cfg, batch_size(runner), derived)
    shipped = _shipped(base, derived)
    tuned = {}
    for key in _declared(runner.cfg, ran, _shipped(file, derived), shipped):
        tuned[key] = None if value_at(ran, key) is ABSENT else value_at(ran, key)
        put(ran, key, value_at(shipped, key))
    changed = {key: value_at(ran, key) for key in differences(ran, shipped)}
    return {
        "name": _name(base_path),
        "variant": _name(path) if path != base_path else None,
        "sha256": config_hash(ran),
        "shipped_sha256": config_hash(shipped),
        "tuned": tuned,
        "changed": {key: None if value is ABSENT else value for key, value in changed.items()},
    }


def recipe(runner: Runner, data: dict[str, Any]) -> dict[str, Any]:
    """What a checkpoint must share with a run that is to continue it."""
    return {
        "configuration": config_hash(
            _content(runner.cfg, batch_size(runner), runner.cfg.get("derived", ()))
        ),
        "seed": runner.cfg["randomness"].get("seed"),
        "weights": load_report(runner).sha256,
        "loading": _loading(runner.cfg),
        "data": [data["manifest_sha256"], data["annotations_sha256"]],
    }


def _loading(config: Config) -> dict[str, Any]:
    """How the checkpoint is fitted to the backbone, of `ViTCheckpoint`'s options."""
    init = config.to_dict()["model"].get("backbone", {}).get("init_cfg") or {}
    loading = {key: value for key, value in init.items() if key not in ("type", "checkpoint")}
    plain: dict[str, Any] = plain_config(loading)
    return plain


def data_of(runner: Runner) -> dict[str, Any]:
    train, val = runner.train_loop.dataloader.dataset, runner.val_loop.dataloader.dataset
    return describe_datasets(Path(runner.cfg["data_root"]), train, val)


def batch_size(runner: Runner) -> int:
    """Pictures a step of the optimiser sees: over all processes, and accumulated."""
    if "batch_size" in runner.cfg:
        return int(runner.cfg["batch_size"])
    return pictures_a_step(runner.cfg, int(runner.world_size))


def load_report(runner: Runner) -> LoadReport:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    report = getattr(model.backbone, "load_report", None)
    return report if report is not None else LoadReport(None, "random")


def _content(config: Config, batch: int, derived: Sequence[str]) -> dict[str, Any]:
    """All that makes the protocol, with the batch of all processes in place of one's."""
    relative = _relative_paths(as_shipped(config.to_dict()), str(config["data_root"]))
    at_published_batch(relative)
    content = plain_config(relative, drop=(*NOT_PROTOCOL, *derived))
    content["train_dataloader"]["batch_size"] = batch
    if config["model"]["type"] == "LinearProbe":  # its BatchNorm sees what a device holds at a time
        at_a_time = config["train_dataloader"].get("batch_size", config.get("device_batch_size"))
        content["train_dataloader"]["batch_norm_over"] = at_a_time
    resize = _loading(config).get("rel_pos_resize", "bicubic")
    if resize != "bicubic":
        content["rel_pos_resize"] = resize
    return content


def _name(path: Path) -> str:
    inside = path.relative_to(CONFIGS) if path.is_relative_to(CONFIGS) else Path(path.name)
    return inside.with_suffix("").as_posix()


def _shipped(file: Config, derived: Sequence[str]) -> dict[str, Any]:
    """The content of a configuration file, at the batch it states for all processes."""
    of_one = file["train_dataloader"].get("batch_size")
    stated = file.get("batch_size") or file.get("schedule", {}).get("batch") or of_one
    return _content(file, stated, derived)


def _variant_of(file: Config, path: Path) -> tuple[Path, Config]:
    """The configuration that `file` is a variant of; itself where it is none."""
    name = file["cell"].get("variant_of")
    if name is None:
        return path, file
    base = CONFIGS / f"{name}.py"
    if not base.is_file():
        raise ValueError(f"{path}: cell.variant_of names {name}, there is no {base}")
    return base, Config.fromfile(base)


def _declared(
    config: Config, ran: dict[str, Any], own: dict[str, Any], shipped: dict[str, Any]
) -> list[str]:
    """Keys of a method's own settings: a variant's as its file has them, and `cell.tuned`'s.

    A tuned `schedule` stands for the numbers that follow from it.
    """
    variant = [k for k in differences(own, shipped) if value_at(ran, k) == value_at(own, k)]
    named = list(config["cell"].get("tuned") or ())
    if any(key.startswith("schedule.") for key in named):
        follows = derive(config["schedule"], config["param_scheduler"])
        named = [key for key in named if not key.startswith("schedule.")]
        named += [key for key in follows if value_at(ran, key) != value_at(shipped, key)]
    for key in named:
        if value_at(ran, key) is ABSENT:
            raise ValueError(f"cell.tuned names {key}, which the configuration lacks")
    return list(dict.fromkeys([*variant, *named]))


def _relative_paths(value: Any, root: str) -> Any:
    """The same data at another place make the same protocol."""
    if isinstance(value, dict):
        return {key: _relative_paths(item, root) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_relative_paths(item, root) for item in value]
    if isinstance(value, str) and (value == root or value.startswith(f"{root}/")):
        return "DATA" + value[len(root) :]
    return value
