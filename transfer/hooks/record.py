"""The transfer run's record: `result.json` and the per-image files beside it.

The per-image files are written first and `result.json` last, each in one rename, so a `result.json`
that exists is complete.
"""

from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from backbones.checkpoints import LoadReport
from backbones.runs.hook import RunRecordHook
from backbones.runs.provenance import config_hash
from backbones.runs.skipped import KEY as SKIPPED
from transfer.adopted import check_same_network
from transfer.recipe import batch_size, data_of, load_report, protocol, recipe
from transfer.sweep.block import sweep_block


@HOOKS.register_module()
class TransferRecordHook(RunRecordHook):
    """Describes a run of any task; the metric must be one of `transfer.metrics`."""

    def before_train(self, runner: Runner) -> None:
        super().before_train(runner)
        self.metric = recording_metric(runner)
        self.validated_at: int | None = None
        if is_main_process():
            # now, while the configuration file and the data are what was read
            self.protocol, self.data = protocol(runner), data_of(runner)
            self.cell = dict(runner.cfg["cell"])
            self.sweep = sweep_block(self.cell)
            # one that exists from here on is this run's
            (self.folder / "result.json").unlink(missing_ok=True)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Curves under the record's names, in percent like its metrics."""
        known = {
            name: self.metric.scale * metrics[logged]
            for logged, name in self.metric.names.items()
            if metrics and metrics.get(logged, -1) >= 0
        }
        super().after_val_epoch(runner, known)
        self.validated_at = runner.iter

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        super().before_save_checkpoint(runner, checkpoint)
        checkpoint["meta"]["recipe"] = recipe(runner, self.data)
        checkpoint["meta"]["adopted"] = plain_adopted(runner.cfg)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        super().after_load_checkpoint(runner, checkpoint)
        check_same_network(checkpoint.get("meta", {}).get("adopted"), runner.cfg)

    def after_train(self, runner: Runner) -> None:
        """The record is of the last weights; a run killed while it validated them does so now."""
        if self.validated_at != runner.iter:
            runner.val_loop.run()
        super().after_train(runner)

    def describe(self, runner: Runner) -> dict[str, Any]:
        report = load_report(runner)
        train, val = runner.train_loop.dataloader.dataset, runner.val_loop.dataloader.dataset
        cell = {**self.cell, "method": self.cell.get("method") or method_of(report)}
        for key in ("tuned", "variant_of"):  # recorded with the protocol
            cell.pop(key, None)
        return {
            "kind": "transfer",
            "cell": {**cell, "seed": runner.seed},
            "protocol": self.protocol,
            **self.sweep,
            "arch": runner.cfg.model.backbone.get("arch") or "custom",
            "batch_size": batch_size(runner),
            "metrics": {
                name: {"value": value, "unit": "%", "higher_is_better": True}
                for name, value in self.metric.exact.items()
            },
            "n_images": len(val),
            "limited": is_limited(train) or is_limited(val),
            "n_skipped": len(runner.message_hub.get_info(SKIPPED, [])),
            "config_sha256": config_hash(runner.cfg.to_dict()),
            "checkpoint": describe_checkpoint(report, plain_adopted(runner.cfg)),
            "data": self.data,
            "per_image": self.metric.save(self.folder),
            "figures": [],
        }


def recording_metric(runner: Runner) -> Any:
    for metric in runner.val_loop.evaluator.metrics:
        if hasattr(metric, "exact") and hasattr(metric, "save"):
            return metric
    raise ValueError(
        "TransferRecordHook needs val_evaluator.type to be RecordingCocoMetric, RecordingIoUMetric "
        "or RecordingAccuracy, found "
        f"{[type(metric).__name__ for metric in runner.val_loop.evaluator.metrics]}"
    )


def is_limited(data: Any) -> bool:
    """Whether a data set holds only part of its pictures: mmdet's and mmseg's, or `Pictures`."""
    return bool(getattr(data, "limited", getattr(data, "_indices", None) is not None))


def method_of(report: LoadReport) -> str:
    """`mae-pixel-norm` out of an export's method and target; else the file's name; else random."""
    if report.checkpoint is None:
        return "random"
    method, target = report.meta.get("method"), report.meta.get("target")
    if method is None:
        return Path(report.checkpoint).stem
    named = not target or method in ("supervised", "random") or method.endswith(target)
    return str(method) if named else f"{method}-{target}"


def plain_adopted(cfg: Config) -> dict[str, Any] | None:
    """What the configuration took over from its checkpoint, in plain types."""
    adopted: dict[str, Any] | None = cfg.to_dict().get("adopted")
    return adopted


def describe_checkpoint(
    report: LoadReport, adopted: dict[str, Any] | None
) -> dict[str, Any] | None:
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
            "resized": report.resized,
            "dropped": report.dropped,
            "missing": report.missing,
        },
        "taken_over": {k: c["new"] for k, c in adopted["changes"].items()} if adopted else {},
    }
