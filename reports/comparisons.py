"""Which results may stand in one table.

Two results are comparable when task, protocol (name and hash), architecture, data (name and
manifest), number of validation images and `limited` agree, they come from one suite, and their
settings were given in advance, or are the best of one and the same search. Each such set is a
`Comparison`; where there are several for one task, each says in what they differ. The hash leaves
out what a method has of its own (settings.py): such a row is marked, not moved.
"""

import hashlib
from dataclasses import dataclass

import pandas as pd

from reports.slugs import slug
from reports.vocabulary import METHODS, TASKS, in_order, is_full, task_label

KEY = (
    "suite",
    "task",
    "protocol",
    "protocol_sha256",
    "arch",
    "data",
    "data_sha256",
    "limited",
    "n_images",
    "sweep",
    "sweep_sha256",
)
IN_WORDS = {
    "suite": "suite",
    "protocol": "protocol",
    "protocol_sha256": "protocol hash",
    "arch": "architecture",
    "data": "data set",
    "data_sha256": "data manifest",
    "limited": "limited or full data",
    "n_images": "number of validation images",
    "sweep": "search of settings",
    "sweep_sha256": "declared search",
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Comparable results. `methods` also names those of the suite that have none here: gaps."""

    key: dict[str, object]
    slug: str
    title: str
    apart: str
    methods: tuple[str, ...]
    results: pd.DataFrame
    curves: pd.DataFrame

    @property
    def task(self) -> str:
        return str(self.key["task"])


def comparisons(results: pd.DataFrame, curves: pd.DataFrame) -> list[Comparison]:
    """Every comparable set of transfer results, tasks in their usual order, full data first."""
    transfer = results[results["kind"] == "transfer"]
    if transfer.empty:
        return []
    rank = {task: i for i, task in enumerate(in_order(transfer["task"], TASKS))}
    groups = [
        (dict(zip(KEY, values, strict=True)), group)
        for values, group in transfer.groupby(list(KEY), dropna=False)
    ]
    groups.sort(key=lambda pair: order(pair[0], rank))
    keys = [key for key, _ in groups]
    return [
        Comparison(
            key=key,
            slug=file_name(key, keys),
            title=title(key, keys),
            apart=why_apart(key, keys),
            methods=tuple(in_order(results[results["suite"] == key["suite"]]["method"], METHODS)),
            results=group.reset_index(drop=True),
            curves=curves[curves["path"].isin(group["path"])].reset_index(drop=True),
        )
        for key, group in groups
    ]


def order(key: dict[str, object], rank: dict[str, int]) -> tuple[object, ...]:
    rest = tuple(str(key[name]) for name in KEY[2:] if name != "limited")
    return str(key["suite"]), rank[str(key["task"])], bool(key["limited"]), *rest


def siblings(key: dict[str, object], keys: list[dict[str, object]]) -> list[dict[str, object]]:
    """The other tables a reader could mistake this one for: the same task."""
    return [other for other in keys if other is not key and other["task"] == key["task"]]


def differing(key: dict[str, object], others: list[dict[str, object]]) -> list[str]:
    return [name for name in IN_WORDS if any(key[name] != other[name] for other in others)]


def why_apart(key: dict[str, object], keys: list[dict[str, object]]) -> str:
    others = siblings(key, keys)
    if not others:
        return ""
    reasons = [f"{IN_WORDS[name]} (here {short(key, name)})" for name in differing(key, others)]
    count = "other table" if len(others) == 1 else f"{len(others)} other tables"
    label = task_label(str(key["task"]))
    return f"Kept apart from the {count} for {label}: they differ in {', '.join(reasons)}."


def title(key: dict[str, object], keys: list[dict[str, object]]) -> str:
    """Data and task, and as few other fields as it takes to be the only table of that name."""
    rivals = [other for other in siblings(key, keys) if name_of(other) == name_of(key)]
    marks = []
    parts = ("protocol", "arch", "suite", "n_images", "data_sha256", "protocol_sha256")
    for part in (*parts, "sweep", "sweep_sha256"):
        remaining = [other for other in rivals if other[part] == key[part]]
        if len(remaining) < len(rivals):
            marks.append(f"{IN_WORDS[part]} {short(key, part)}")
            rivals = remaining
    return ", ".join([name_of(key), *marks])


def name_of(key: dict[str, object]) -> str:
    """ "COCO" for COCO itself, "toy-scenes (COCO protocol)" for other data; then what it is of.

    Other data in a folder that is called `coco` give themselves away by their number of images.
    """
    task, data = str(key["task"]), str(key["data"])
    label = task_label(task)
    same = data.casefold() in {task.casefold(), label.casefold()}
    if same and not key["limited"] and not is_full(task, key["n_images"]):
        same, data = False, f"{key['n_images']} images"
    name = label if same else f"{data} ({label} protocol)"
    name = f"{name}, tuned" if key["sweep"] else name
    return f"{name}, limited" if key["limited"] else name


def short(key: dict[str, object], name: str) -> str:
    """One field of the key as a reader sees it: eight digits of a hash, "unknown" for a gap."""
    value = str(key[name])
    if name.startswith("sweep") and not value:
        return "none"
    if name == "limited":
        return "limited" if key[name] else "full"
    return (value[:8] if name.endswith("sha256") else value) or "unknown"


def file_name(key: dict[str, object], keys: list[dict[str, object]]) -> str:
    """suite-task, plus a hash of the whole key where two tables would share that."""
    twins = [other for other in siblings(key, keys) if other["suite"] == key["suite"]]
    base = slug(key["suite"], key["task"])
    if not twins:
        return base
    return f"{base}-{hashlib.sha256(repr([str(key[p]) for p in KEY]).encode()).hexdigest()[:8]}"
