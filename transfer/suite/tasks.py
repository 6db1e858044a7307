"""A task of a suite, and the packages that train one: the only place that knows their commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transfer.suite import fields


@dataclass(frozen=True)
class Package:
    """How a task of this package is trained; `--work-dir`, `--cfg-options` and so on follow.

    `metrics` are what its records hold, the one a search goes by unless told otherwise first.
    """

    command: str
    distributed: str
    metrics: tuple[str, ...]

    def train(self, config: Path, gpus: int) -> str:
        """The command on this many GPUs of one machine; 0 is a CPU."""
        line = self.distributed if gpus > 1 else self.command
        return line.format(config=config.as_posix(), gpus=gpus)


AP = ("ap", "ap50", "ap75", "ap_s", "ap_m", "ap_l")
PACKAGES = {
    "mmdetection": Package(
        "mim train mmdetection {config}",
        "mim train mmdetection {config} --gpus {gpus} --launcher pytorch",
        tuple(f"{kind}_{name}" for kind in ("box", "mask") for name in AP),
    ),
    "mmsegmentation": Package(
        "mim train mmsegmentation {config}",
        "mim train mmsegmentation {config} --gpus {gpus} --launcher pytorch",
        ("miou", "macc", "aacc"),
    ),
    "classify": Package(
        "python -m transfer.classify {config}",
        "torchrun --standalone --nproc-per-node {gpus} -m transfer.classify {config} "
        "--launcher pytorch",
        ("top1", "top5"),
    ),
}
KEYS = {"package", "config", "data", "options"}


@dataclass(frozen=True)
class Task:
    name: str
    package: Package
    config: Path
    data: Path
    options: tuple[str, ...] = ()


def read_task(name: str, entry: Any, suite: str, data_root: Path, *, check: bool) -> Task:
    where = f"suite {suite}: tasks.{name}"
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must give package, config and data, got {entry!r}")
    fields.only_known(entry, KEYS, where)
    package = entry.get("package")
    if package not in PACKAGES:
        raise ValueError(f"{where}.package must be one of {tuple(PACKAGES)}, got {package!r}")
    data = data_root / str(fields.required(entry, "data", where))
    if check and not data.is_dir():
        raise FileNotFoundError(
            f"{where}.data: {data} is no folder; `python -m transfer.doctor --data {data_root}` "
            "says what is expected there"
        )
    config = fields.config(str(fields.required(entry, "config", where)), where)
    options = fields.options(entry.get("options"), where)
    return Task(name, PACKAGES[package], config, data, options)
