"""What makes two runs the same: the protocol, and the recipe, which adds seed, weights and data.

A config gives the batch of one process. Results follow the batch of all, so that is what is hashed;
a configuration file states its own in `auto_scale_lr.base_batch_size`, or gives `batch_size` of all
and leaves the rest to be derived (transfer/classify/complete.py).
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
from transfer.manifest import describe_datasets

CONFIGS = Path(transfer.__file__).parent / "configs"
# What may differ between runs of one protocol.
NOT_PROTOCOL = (
    "cell",
    "data_root",
    "derived",
    "device_batch_size",
    "env_cfg",
    "launcher",
    "load_from",
    "model.backbone.init_cfg",
    "paths_root",
    "randomness.seed",
    "restart_if_changed",
    "resume",
    "work_dir",
)


def protocol(runner: Runner) -> dict[str, Any]:
    """The config's name below `transfer/configs`, and hashes of all that makes the protocol.

    `shipped_sha256` is of the configuration file, before any option. `sha256` is of this run, but
    for the keys in `cell.tuned`: settings a method has of its own, which `tuned` lists.
    """
    path = Path(runner.cfg.filename).resolve()
    inside = path.relative_to(CONFIGS) if path.is_relative_to(CONFIGS) else Path(path.name)
    file = Config.fromfile(path)
    derived = runner.cfg.get("derived", ())  # follows from settings that are compared themselves
    ran = _content(runner.cfg, batch_size(runner), derived)
    shipped = _content(file, _shipped_batch(file), derived)
    tuned = {key: _put_back(ran, shipped, key) for key in runner.cfg["cell"].get("tuned") or ()}
    return {
        "name": inside.with_suffix("").as_posix(),
        "sha256": config_hash(ran),
        "shipped_sha256": config_hash(shipped),
        "tuned": tuned,
    }


def recipe(runner: Runner, data: dict[str, Any]) -> dict[str, Any]:
    """What a checkpoint must share with a run that is to continue it."""
    return {
        "configuration": config_hash(
            _content(runner.cfg, batch_size(runner), runner.cfg.get("derived", ()))
        ),
        "seed": runner.cfg["randomness"].get("seed"),
        "weights": load_report(runner).sha256,
        "data": [data["manifest_sha256"], data["annotations_sha256"]],
    }


def data_of(runner: Runner) -> dict[str, Any]:
    train, val = runner.train_loop.dataloader.dataset, runner.val_loop.dataloader.dataset
    return describe_datasets(Path(runner.cfg["data_root"]), train, val)


def batch_size(runner: Runner) -> int:
    """Pictures a step of the optimiser sees: over all processes, and accumulated."""
    if "batch_size" in runner.cfg:
        return int(runner.cfg["batch_size"])
    of_one: int = runner.cfg["train_dataloader"]["batch_size"]
    accumulated: int = runner.cfg["optim_wrapper"].get("accumulative_counts", 1)
    return int(runner.world_size) * of_one * accumulated


def load_report(runner: Runner) -> LoadReport:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    report = getattr(model.backbone, "load_report", None)
    return report if report is not None else LoadReport(None, "random")


def _shipped_batch(file: Config) -> int:
    found: int = file.get("batch_size") or file.get("auto_scale_lr", {}).get(
        "base_batch_size", file["train_dataloader"].get("batch_size")
    )
    return found


def _content(config: Config, batch: int, derived: Sequence[str]) -> dict[str, Any]:
    """All that makes the protocol, with the batch of all processes in place of one's."""
    relative = _relative_paths(config.to_dict(), str(config["data_root"]))
    content = plain_config(relative, drop=(*NOT_PROTOCOL, *derived))
    content["train_dataloader"]["batch_size"] = batch
    return content


def _put_back(ran: Any, shipped: Any, path: str) -> Any:
    """Give `ran` the shipped value of a dotted key, or none if it has none; return its own."""
    *parents, last = path.split(".")
    try:
        for key in parents:
            index = int(key) if isinstance(ran, list) else key
            ran, shipped = ran[index], shipped[index]
        own = ran.pop(last)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"cell.tuned names {path}, which the configuration lacks") from error
    if last in shipped:
        ran[last] = shipped[last]
    return own


def _relative_paths(value: Any, root: str) -> Any:
    """The same data at another place make the same protocol."""
    if isinstance(value, dict):
        return {key: _relative_paths(item, root) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_relative_paths(item, root) for item in value]
    if isinstance(value, str) and (value == root or value.startswith(f"{root}/")):
        return "DATA" + value[len(root) :]
    return value
