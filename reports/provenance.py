"""What each shown number was made from: one entry a record, with links to its files.

Only records behind a number that some table shows have an entry. A link is made only to a file that
is there, relative to the report, so that a folder of runs and its report can move together.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from reports.records.record import Record
from reports.settings import in_words
from reports.tables.pretraining import duration
from reports.tables.table import Table
from reports.vocabulary import METRICS, in_order, method_label, metric_label, task_label


@dataclass(frozen=True)
class Link:
    """`href` is an anchor of the page, or a path from the page."""

    text: str
    href: str


@dataclass(frozen=True)
class Entry:
    """One record. Its numbers are means with those `beside` it, or differences to `against`."""

    anchor: str
    title: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[Link, ...]
    beside: tuple[Link, ...]
    against: tuple[Link, ...]


@dataclass(frozen=True)
class Origin:
    """The entries of the records that `table` is the first to show."""

    table: Table
    entries: tuple[Entry, ...]


def origins(
    tables: Iterable[Table], records: Iterable[Record], runs: str = ""
) -> tuple[Origin, ...]:
    """Every record that a cell names, once.

    Args:
        runs: path from the page to the folder that was scanned; empty for no links to files.
    """
    by_path = {record.path: record for record in records}
    groups = {table.slug: (table, cell_groups(table, by_path)) for table in tables}
    beside, against = neighbours(group for _, found in groups.values() for group in found)
    seen: set[str] = set()
    found = []
    for table, shown in groups.values():
        new = {r.path: r for group in shown for r in group if r.path not in seen}
        seen |= new.keys()
        entries = (
            entry(record, runs, beside[path].values(), against[path].values())
            for path, record in new.items()
        )
        found += [Origin(table, tuple(entries))] if new else []
    return tuple(found)


def anchor(path: str) -> str:
    """The same for the same record in every report, and too short to weigh on a large one."""
    return f"r-{hashlib.sha256(path.encode()).hexdigest()[:12]}"


def cell_groups(table: Table, by_path: Mapping[str, Record]) -> list[tuple[Record, ...]]:
    """The known records of each cell, each such set once."""
    groups = (
        tuple(by_path[path] for path in cell.records if path in by_path)
        for row in table.rows
        for cell in row.cells
    )
    return list({tuple(r.path for r in group): group for group in groups if group}.values())


Neighbours = dict[str, dict[str, Record]]


def neighbours(groups: Iterable[tuple[Record, ...]]) -> tuple[Neighbours, Neighbours]:
    """By path, the other seeds of a number, and what a difference is to: it links to its first."""
    beside: Neighbours = defaultdict(dict)
    against: Neighbours = defaultdict(dict)
    for first, *rest in groups:
        same = [first, *(record for record in rest if record.method == first.method)]
        for record in same:
            beside[record.path] |= {r.path: r for r in same if r is not record}
        against[first.path] |= {r.path: r for r in rest if r.method != first.method}
    return beside, against


def entry(record: Record, runs: str, beside: Iterable[Record], against: Iterable[Record]) -> Entry:
    return Entry(
        anchor=anchor(record.path),
        title=name_of(record),
        facts=tuple((name, value) for name, value in facts(record) if value),
        files=file_links(record, runs),
        beside=tuple(Link(f"seed {r.seed}", f"#{anchor(r.path)}") for r in beside),
        against=tuple(Link(name_of(r), f"#{anchor(r.path)}") for r in against),
    )


def name_of(record: Record) -> str:
    return f"{method_label(record.method)}, seed {record.seed}"


def facts(record: Record) -> list[tuple[str, str]]:
    """Everything that says how a number came about; what is not known is left out."""
    return [
        ("record", record.path),
        ("task", task_label(record.task)),
        ("suite", record.suite),
        ("scores", scores(record)),
        ("scored on", images(record)),
        ("protocol", hashed(record.protocol, record.protocol_sha256)),
        ("own settings", in_words(record.tuned)),
        ("chosen by the search", in_words(record.chosen)),
        ("configuration", hashed("", record.config_sha256)),
        ("checkpoint", hashed(record.checkpoint_file, record.checkpoint_sha256)),
        ("data", hashed(record.data, record.data_sha256)),
        ("commit", record.commit),
        ("device", device(record)),
        ("versions", ", ".join(f"{name} {version}" for name, version in record.versions.items())),
        ("started", record.started),
        ("finished", record.finished),
        ("time", "" if record.wall_seconds is None else duration(record.wall_seconds)),
        ("images/s", "" if not record.images_per_second else f"{record.images_per_second:,.4g}"),
        ("peak memory", memory(record.peak_memory_bytes)),
    ]


def scores(record: Record) -> str:
    """This run's own, which a mean over seeds hides."""
    return ", ".join(
        f"{metric_label(name)} {record.metrics[name].value:.4f}"
        for name in in_order(record.metrics, METRICS)
    )


def images(record: Record) -> str:
    if record.n_images is None:
        return ""
    return f"{record.n_images:,} images{', limited to part of the data' if record.limited else ''}"


def hashed(name: str, digest: str) -> str:
    return " ".join(part for part in (name, digest and f"sha256 {digest}") if part)


def device(record: Record) -> str:
    many = record.devices is not None and record.devices > 1
    return f"{record.devices} × {record.device}" if many and record.device else record.device


def memory(found: float | None) -> str:
    if found is None:
        return ""
    return f"{found / 2**30:.1f} GiB" if found >= 2**30 else f"{found / 2**20:.0f} MiB"


def file_links(record: Record, runs: str) -> tuple[Link, ...]:
    """The record itself, then what it names in its own folder, as far as it is still there."""
    if not runs:
        return ()
    itself = PurePosixPath(record.path)
    named = {itself.name: itself.name, **record.files}
    named |= {f"{role} by image": name for role, name in record.per_image.items()}
    return tuple(
        Link(role, quote(f"{runs}/{itself.parent / name}"))
        for role, name in named.items()
        if inside(name) and (record.folder / name).is_file()
    )


def inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
