"""One result record: `result.json` of a finished cell, checked field by field.

A cell is method × task × seed. Everything that decides whether two numbers may stand in one table
(protocol, data, number of images, `limited`) must be there; what only describes the run may be
missing. Every complaint names the field, what was found and what was expected.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.records.curves import Curve, parse_curves
from reports.records.fields import flag, integer, number, section, text
from reports.records.load import read_object
from reports.records.metrics import Metric, parse_metrics
from reports.records.migrate import migrate
from reports.records.paths import parse_figures, parse_files
from reports.records.search import Search, parse_role, parse_search
from reports.settings import as_text

KINDS = ("transfer", "pretrain")


@dataclass(frozen=True)
class Record:
    """A checked record. `path` is relative to the folder that was scanned.

    `per_image`, `files` and `figures` are relative to `folder`, the record's own.
    """

    path: str
    folder: Path
    kind: str
    suite: str
    method: str
    task: str
    seed: int
    protocol: str
    protocol_sha256: str  # without the settings in `tuned`
    shipped_sha256: str  # of the configuration file as shipped; empty where not recorded
    tuned: str  # this method's own settings (settings.py), but for those a search chose
    role: str  # empty for a fixed protocol; search, chosen: see search.py
    search: Search | None  # what a chosen run's settings are the best of
    arch: str
    target: str
    epochs: int | None
    metrics: dict[str, Metric]
    limited: bool
    n_images: int | None
    data: str
    data_sha256: str
    n_train: int | None
    n_val: int | None
    config_sha256: str
    checkpoint_file: str
    checkpoint_sha256: str
    commit: str
    device: str
    devices: int | None  # that trained together; None where not recorded
    versions: dict[str, str]
    started: str
    finished: str
    wall_seconds: float | None
    images_per_second: float | None
    peak_memory_bytes: float | None
    curves: dict[str, Curve]
    per_image: dict[str, str]  # role (detections, matches, counts, answers) to file
    files: dict[str, str]  # role (config, log) to file
    figures: tuple[str, ...]

    @property
    def sweep(self) -> str:
        """What the settings are the best of, in words; empty for a fixed protocol."""
        return self.search.budget if self.search else ""

    @property
    def sweep_sha256(self) -> str:
        return self.search.declared_sha256 if self.search else ""

    @property
    def chosen(self) -> str:
        """The settings that the search chose."""
        return self.search.points[self.search.chosen - 1] if self.search else ""

    @property
    def unsettled(self) -> str:
        return self.search.unsettled if self.search else ""

    @property
    def cell(self) -> tuple[object, ...]:
        """Two records with the same cell claim to be the same run."""
        return (
            *(self.kind, self.suite, self.method, self.task, self.seed, self.arch),
            *(self.protocol, self.protocol_sha256, self.data, self.data_sha256),
            *(self.limited, self.n_images, self.sweep_sha256),
        )


def read_record(file: Path, *, root: Path) -> Record:
    """Read and check one file; ValueError says what is wrong with it."""
    content = read_object(file)
    return parse(content, path=file.relative_to(root).as_posix(), folder=file.parent)


def parse(content: dict[str, Any], *, path: str, folder: Path) -> Record:
    content = migrate(content)
    kind = text(content, "kind")
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    strict = kind == "transfer"  # pre-training is not compared, so less has to be known of it
    cell = section(content, "cell", required=True)
    protocol = section(content, "protocol", required=strict)
    data = section(content, "data", required=strict)
    checkpoint = section(content, "checkpoint")
    role, search = parse_role(content), parse_search(content)
    searched = json.loads(search.points[search.chosen - 1]) if search else {}
    environment = section(content, "environment")
    timing = section(content, "timing")
    return Record(
        path=path,
        folder=folder,
        kind=kind,
        suite=text(cell, "suite", "cell", default=""),
        method=text(cell, "method", "cell"),
        task=text(cell, "task", "cell"),
        seed=integer(cell, "seed", "cell", required=True) or 0,
        protocol=text(protocol, "name", "protocol", default=None if strict else ""),
        protocol_sha256=text(protocol, "sha256", "protocol", default=None if strict else ""),
        shipped_sha256=text(protocol, "shipped_sha256", "protocol", default=""),
        tuned=as_text(
            {k: v for k, v in section(protocol, "tuned", "protocol").items() if k not in searched}
        ),
        role=role,
        search=search,
        arch=text(content, "arch", default=""),
        target=text(content, "target", default=""),
        epochs=integer(content, "epochs"),
        metrics=parse_metrics(content.get("metrics")),
        limited=flag(content, "limited", required=strict),
        n_images=integer(content, "n_images", required=strict),
        data=text(data, "name", "data", default=None if strict else ""),
        data_sha256=text(data, "manifest_sha256", "data", default=""),
        n_train=integer(data, "n_train", "data"),
        n_val=integer(data, "n_val", "data"),
        config_sha256=text(content, "config_sha256", default=""),
        checkpoint_file=text(checkpoint, "file", "checkpoint", default=""),
        checkpoint_sha256=text(checkpoint, "sha256", "checkpoint", default=""),
        commit=text(environment, "commit", "environment", default=""),
        device=text(environment, "device", "environment", default=""),
        devices=integer(timing, "devices", "timing"),
        versions={
            k: str(v) for k, v in sorted(section(environment, "versions", "environment").items())
        },
        started=text(timing, "started", "timing", default=""),
        finished=text(timing, "finished", "timing", default=""),
        wall_seconds=number(timing, "wall_seconds", "timing"),
        images_per_second=number(timing, "images_per_second", "timing"),
        peak_memory_bytes=number(timing, "peak_memory_bytes", "timing"),
        curves=parse_curves(content.get("curves")),
        per_image=parse_files(content, "per_image"),
        files=parse_files(content, "files"),
        figures=parse_figures(content.get("figures")),
    )
