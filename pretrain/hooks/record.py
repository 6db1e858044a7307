"""The record a finished pretraining leaves: `result.json`, as the reports read it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

import pretrain
from backbones.runs.hook import RunRecordHook
from backbones.runs.provenance import config_hash, plain_config
from pretrain.checkpoint import describe_run

# Where the data lies, how it is spread over devices and what is logged change no result.
PLACES = (
    *("work_dir", "experiment_name", "data_root"),
    *("val_root", "val_dataloader", "val_cfg", "val_evaluator"),
    *("train_dataloader.dataset.root", "visualizer", "default_hooks", "launcher", "env_cfg"),
    *("suite", "seed", "randomness", "train_dataloader.dataset.seed", "resume", "load_from"),
    *("trackers", "workers", "model.target.tokenizer", "model.perceptual"),  # see `inputs`
    *(f"train_dataloader.{name}" for name in ("num_workers", "persistent_workers", "pin_memory")),
    *("prefetch", "train_dataloader.prefetch_factor", "save_iterations", "train_cfg.type"),
    *("train_dataloader.dataset.cache", "train_dataloader.dataset.cache_bytes"),
    *("device_batch_size", "train_dataloader.batch_size", "shard"),
    *("optim_wrapper.accumulative_counts", "param_scheduler.accumulation"),
    *("log_interval", "save_interval", "val_interval", "figure_interval", "train_cfg.val_interval"),
)
# What hooks measure of a tokenizer: name, unit, higher is better.
MEASURED = (("usage", "", True), ("perplexity", "", True))
SMOOTHING = 50  # iterations the final loss is averaged over
MISSING = object()


@HOOKS.register_module()
class PretrainRecord(RunRecordHook):
    """Adds what was trained on what; every checkpoint says what it is (`meta['pretrain']`)."""

    def describe(self, runner: Runner) -> dict[str, Any]:
        config, dataset = runner.cfg, runner.train_dataloader.dataset
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        loss = runner.message_hub.get_scalar("train/loss").mean(SMOOTHING)
        metrics = {"loss": {"value": float(loss), "unit": "", "higher_is_better": False}}
        if "top1" in self.last_metrics:
            top1 = {"value": self.last_metrics["top1"], "unit": "%", "higher_is_better": True}
            metrics["top1"] = top1
        for name, unit, better in MEASURED:
            if f"train/{name}" in runner.message_hub.log_scalars:
                value = float(runner.message_hub.get_scalar(f"train/{name}").current())
                metrics[name] = {"value": value, "unit": unit, "higher_is_better": better}
        figures = sorted(Path(runner.work_dir).glob("reconstruction/*.png"))
        return {
            "kind": "pretrain",
            "cell": {
                "suite": config.suite,
                "method": config.method,
                "task": "pretrain",
                "seed": runner.seed,
            },
            "protocol": {"name": protocol_name(config), "sha256": recipe_hash(config)},
            "arch": config.model.get("encoder", {}).get("arch"),
            "target": model.target_name,
            "epochs": config.epochs,
            "metrics": metrics,
            "n_images": len(dataset),
            "limited": False,
            "config_sha256": config_hash(config.to_dict()),
            "checkpoint": None,
            "data": {
                "name": dataset.root.resolve().name,
                "manifest_sha256": manifest_hash(dataset.source.contents),
                "n_train": len(dataset),
            },
            "per_image": {},
            "figures": [str(path.relative_to(runner.work_dir)) for path in figures],
        }

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        super().before_save_checkpoint(runner, checkpoint)
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        checkpoint["meta"]["pretrain"] = describe_run(runner.cfg, model)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Iterations are counted anew where a run goes on with another accumulation."""
        super().after_load_checkpoint(runner, checkpoint)
        if runner._resume:
            meta = checkpoint["meta"]
            before = meta["pretrain"]["config"]["optim_wrapper"]["accumulative_counts"]
            now = runner.cfg.optim_wrapper.accumulative_counts
            meta["iter"] = meta["iter"] * now // before
            self.curves = {
                name: [(iteration * now // before, value) for iteration, value in points]
                for name, points in self.curves.items()
            }


def protocol_name(config: Config) -> str:
    """The config's path below `pretrain/configs` without `.py`; its stem if it lies elsewhere."""
    path, ours = Path(config.filename).resolve(), Path(pretrain.__file__).parent / "configs"
    relative = path.relative_to(ours) if path.is_relative_to(ours) else Path(path.name)
    return relative.with_suffix("").as_posix()


def recipe_hash(config: Config) -> str:
    """Equal for runs of one recipe, whatever the seed, the data's place and the devices."""
    return config_hash(config.to_dict(), drop=PLACES)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """`epochs 400, now 800` for every setting of the recipe, and the seed, that differs.

    The settings nearest to the top come first: others follow from them.
    """
    before, after = (
        dict(_settings({**plain_config(config, drop=PLACES), "seed": config.get("seed")}))
        for config in (old, new)
    )
    keys = sorted(before.keys() | after.keys(), key=lambda key: (key.count("."), key))
    return [
        f"{key} {before.get(key, 'not set')}, now {after.get(key, 'not set')}"
        for key in keys
        if before.get(key, MISSING) != after.get(key, MISSING)
    ]


def _settings(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a plain config by its dotted name; a list is one unless it holds dicts."""
    if isinstance(value, dict) and value:
        inner = list(value.items())
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        inner = list(enumerate(value))
    else:
        yield name, value
        return
    for key, item in inner:
        yield from _settings(item, f"{name}.{key}" if name else str(key))


def manifest_hash(contents: Sequence[str]) -> str:
    """Which pictures there were: by relative path, or by the hashes of shards."""
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()
