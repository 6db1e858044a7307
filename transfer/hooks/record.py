"""The transfer run's record: `result.json` and the per-image file beside it.

The per-image file is written first and `result.json` last, each in one rename, so a `result.json`
that exists is complete.
"""

from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.model import is_model_wrapper
from mmengine.registry import HOOKS
from mmengine.runner import Runner

import transfer
from backbones.checkpoints import LoadReport
from backbones.runs.hook import RunRecordHook
from backbones.runs.provenance import config_hash
from transfer.manifest import describe_data

CONFIGS = Path(transfer.__file__).parent / "configs"
# What may differ between runs of one protocol.
NOT_PROTOCOL = (
    "cell",
    "data_root",
    "env_cfg",
    "launcher",
    "load_from",
    "model.backbone.init_cfg",
    "paths_root",
    "randomness.seed",
    "resume",
    "work_dir",
)


@HOOKS.register_module()
class TransferRecordHook(RunRecordHook):
    """Describes a COCO or ADE20K run; the metric must be one of `transfer.metrics`."""

    def before_train(self, runner: Runner) -> None:
        super().before_train(runner)
        self.metric = recording_metric(runner)
        if is_main_process():  # one that exists from here on is this run's
            (self.folder / "result.json").unlink(missing_ok=True)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Curves under the record's names, in percent like its metrics."""
        known = {
            name: self.metric.scale * metrics[logged]
            for logged, name in self.metric.names.items()
            if metrics and metrics.get(logged, -1) >= 0
        }
        super().after_val_epoch(runner, known)

    def describe(self, runner: Runner) -> dict[str, Any]:
        if not self.metric.exact:
            raise RuntimeError(
                "training ended without a validation, so there is nothing to record; let "
                "train_cfg.val_interval and train_cfg.val_begin be at most train_cfg.max_iters"
            )
        report = load_report(runner)
        train, val = runner.train_loop.dataloader.dataset, runner.val_loop.dataloader.dataset
        cell = dict(runner.cfg["cell"])
        cell["method"] = cell.get("method") or method_of(report)
        return {
            "kind": "transfer",
            "cell": {**cell, "seed": runner.seed},
            "protocol": protocol(runner),
            "arch": runner.cfg.model.backbone.get("arch") or "custom",
            "metrics": {
                name: {"value": value, "unit": "%", "higher_is_better": True}
                for name, value in self.metric.exact.items()
            },
            "n_images": len(val),
            "limited": any(getattr(data, "_indices", None) is not None for data in (train, val)),
            "config_sha256": config_hash(runner.cfg.to_dict()),
            "checkpoint": describe_checkpoint(report),
            "data": describe_datasets(Path(runner.cfg["data_root"]), train, val),
            "per_image": self.metric.save(self.folder),
            "figures": [],
        }


def recording_metric(runner: Runner) -> Any:
    for metric in runner.val_loop.evaluator.metrics:
        if hasattr(metric, "exact") and hasattr(metric, "save"):
            return metric
    raise ValueError(
        "TransferRecordHook needs val_evaluator.type to be RecordingCocoMetric or "
        f"RecordingIoUMetric, found {[type(m).__name__ for m in runner.val_loop.evaluator.metrics]}"
    )


def load_report(runner: Runner) -> LoadReport:
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    report = getattr(model.backbone, "load_report", None)
    return report if report is not None else LoadReport(None, "random")


def method_of(report: LoadReport) -> str:
    """`mae-pixel-norm` out of an export's method and target; else the file's name; else random."""
    if report.checkpoint is None:
        return "random"
    method, target = report.meta.get("method"), report.meta.get("target")
    if method is None:
        return Path(report.checkpoint).stem
    named = not target or method in ("supervised", "random") or method.endswith(target)
    return str(method) if named else f"{method}-{target}"


def describe_checkpoint(report: LoadReport) -> dict[str, Any] | None:
    if report.checkpoint is None:
        return None
    return {
        "file": Path(report.checkpoint).name,
        "sha256": report.sha256,
        "family": report.family,
        "method": report.meta.get("method"),
        "target": report.meta.get("target"),
        "epochs": report.meta.get("epochs"),
        "load": {
            "matched": len(report.matched),
            "resized": sorted(report.resized),
            "dropped": report.dropped,
            "missing": report.missing,
        },
    }


def protocol(runner: Runner) -> dict[str, str]:
    """The config's name below `transfer/configs` and the hash of all that makes the protocol."""
    path = Path(runner.cfg.filename or "unnamed.py").resolve()
    inside = path.relative_to(CONFIGS) if path.is_relative_to(CONFIGS) else Path(path.name)
    content = _relative_paths(runner.cfg.to_dict(), str(runner.cfg["data_root"]))
    return {
        "name": inside.with_suffix("").as_posix(),
        "sha256": config_hash(content, drop=NOT_PROTOCOL),
    }


def _relative_paths(value: Any, root: str) -> Any:
    if isinstance(value, dict):
        return {key: _relative_paths(item, root) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_relative_paths(item, root) for item in value]
    return (
        value.replace(root, "DATA") if isinstance(value, str) and value.startswith(root) else value
    )


def describe_datasets(root: Path, train: Any, val: Any) -> dict[str, Any]:
    """Counts and fingerprints of an mmdet or mmseg pair of data sets."""
    items = [data.get_data_info(i) for data in (train, val) for i in range(len(data))]
    if items[0].get("seg_map_path"):  # one label plane a picture, else one file for all
        annotations = [item["seg_map_path"] for item in items]
    else:
        annotations = [str(data.ann_file) for data in (train, val)]
    described = describe_data(root, [item["img_path"] for item in items], annotations)
    return {**described, "n_train": len(train), "n_val": len(val)}
