"""One result record: `result.json` of a finished cell, checked field by field.

A cell is method × task × seed. Everything that decides whether two numbers may stand in one table
(protocol, data, number of images, `limited`) must be there; what only describes the run may be
missing. Every complaint names the field, what was found and what was expected.
"""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.records.fields import flag, integer, is_number, number, section, shown, text
from reports.records.search import Search, parse_role, parse_search
from reports.settings import as_text

SCHEMA = 1
KINDS = ("transfer", "pretrain")
# pycocotools writes -1 where no object of that size exists; in percent that becomes -100.
UNDEFINED = (-1.0, -100.0)


@dataclass(frozen=True)
class Metric:
    value: float
    unit: str
    higher_is_better: bool


@dataclass(frozen=True)
class Record:
    """A checked record. `path` is relative to the folder that was scanned."""

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
    versions: dict[str, str]
    wall_seconds: float | None
    images_per_second: float | None
    peak_memory_bytes: float | None
    curves: dict[str, tuple[tuple[float, float], ...]]
    figures: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)  # role to file below `folder`
    per_image: dict[str, str] = field(default_factory=dict)
    devices: int | None = None
    started: str = ""
    finished: str = ""

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
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"not JSON, half-written? {error.msg} at line {error.lineno} column {error.colno}"
        ) from error
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, got {type(content).__name__}")
    return parse(content, path=file.relative_to(root).as_posix(), folder=file.parent)


def parse(content: dict[str, Any], *, path: str, folder: Path) -> Record:
    if content.get("schema") != SCHEMA:
        raise ValueError(f"schema is {content.get('schema')!r}, this version reads schema {SCHEMA}")
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
        versions={k: str(v) for k, v in sorted(section(environment, "versions").items())},
        wall_seconds=number(timing, "wall_seconds", "timing"),
        images_per_second=number(timing, "images_per_second", "timing"),
        peak_memory_bytes=number(timing, "peak_memory_bytes", "timing"),
        curves=parse_curves(content.get("curves")),
        figures=parse_figures(content.get("figures")),
        files={role: str(name) for role, name in section(content, "files").items()},
        devices=integer(timing, "devices", "timing"),
        started=text(timing, "started", "timing", default=""),
        finished=text(timing, "finished", "timing", default=""),
    )


def parse_metrics(found: object) -> dict[str, Metric]:
    """null, and COCO's -1, mean "not defined here" and leave a gap; NaN means a broken run."""
    if not isinstance(found, dict) or not found:
        raise ValueError(f"metrics is {shown(found)}, expected at least one metric")
    metrics = {}
    for name, entry in found.items():
        if not isinstance(entry, dict) or "value" not in entry:
            raise ValueError(f"metrics.{name} is {shown(entry)}, expected an object with a value")
        value = number(entry, "value", f"metrics.{name}")
        unit = text(entry, "unit", f"metrics.{name}", default="")
        if value is None or (unit == "%" and value in UNDEFINED):
            continue
        if unit == "%" and not 0 <= value <= 100:
            raise ValueError(f"metrics.{name}.value is {value}, a percentage lies in 0 to 100")
        direction = flag(entry, "higher_is_better", f"metrics.{name}", required=True)
        metrics[name] = Metric(value, unit, direction)
    if not metrics:
        raise ValueError("metrics holds no defined value, every one is null or -1")
    return metrics


def parse_curves(found: object) -> dict[str, tuple[tuple[float, float], ...]]:
    """Points that are not finite are dropped: a curve may have holes, a metric may not."""
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"curves is {shown(found)}, expected an object of [[iteration, value], …]")
    curves = {}
    for name, points in sorted(found.items()):
        if not isinstance(points, list) or not all(is_point(point) for point in points):
            raise ValueError(f"curves.{name} is not a list of [iteration, value] pairs")
        pairs = ((float(x), float("nan") if y is None else float(y)) for x, y in points)
        curves[name] = tuple(sorted((x, y) for x, y in pairs if math.isfinite(x + y)))
    return curves


def parse_figures(found: object) -> tuple[str, ...]:
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"figures is {shown(found)}, expected a list of paths")
    return tuple(found)


def is_point(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and is_number(point[0])
        and (point[1] is None or is_number(point[1]))
    )
