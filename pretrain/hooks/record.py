"""The record a finished pretraining leaves: `result.json`, as the reports read it."""

import hashlib
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

import pretrain
from backbones.runs.hook import RunRecordHook
from backbones.runs.provenance import config_hash

# Where the data lies, how it is spread over devices and what is logged change no result.
PLACES = (
    *("work_dir", "experiment_name", "data_root", "val_root", "val_dataloader"),
    *("train_dataloader.dataset.root", "visualizer", "default_hooks", "launcher", "env_cfg"),
    *("suite", "seed", "randomness", "train_dataloader.dataset.seed", "resume", "load_from"),
    *("trackers", "workers"),
    *(f"train_dataloader.{name}" for name in ("num_workers", "persistent_workers", "pin_memory")),
    *("device_batch_size", "train_dataloader.batch_size", "optim_wrapper.accumulative_counts"),
    *("log_interval", "save_interval", "val_interval", "figure_interval", "train_cfg.val_interval"),
)
# What hooks measure of a tokenizer: name, unit, higher is better.
MEASURED = (("usage", "", True), ("perplexity", "", True))
SMOOTHING = 50  # iterations the final loss is averaged over


@HOOKS.register_module()
class PretrainRecord(RunRecordHook):
    """Adds what was trained on what; its curves survive a resume through the checkpoint."""

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
                "manifest_sha256": manifest_hash(dataset.paths),
                "n_train": len(dataset),
            },
            "per_image": None,
            "figures": [str(path.relative_to(runner.work_dir)) for path in figures],
        }

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        checkpoint["meta"]["curves"] = self.curves

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        self.curves = checkpoint["meta"].get("curves", {})


def protocol_name(config: Config) -> str:
    """The config's path below `pretrain/configs` without `.py`; its stem if it lies elsewhere."""
    path, ours = Path(config.filename).resolve(), Path(pretrain.__file__).parent / "configs"
    relative = path.relative_to(ours) if path.is_relative_to(ours) else Path(path.name)
    return relative.with_suffix("").as_posix()


def recipe_hash(config: Config) -> str:
    """Equal for runs of one recipe, whatever the seed, the data's place and the devices."""
    return config_hash(config.to_dict(), drop=PLACES)


def manifest_hash(paths: list[str]) -> str:
    """Which pictures there were, by relative path."""
    return hashlib.sha256("\n".join(paths).encode()).hexdigest()
