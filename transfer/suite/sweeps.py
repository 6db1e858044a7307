"""A search declared in a suite: the same settings are tried for every method, none for one alone.

sweep:
  coco:                    # a task, or `all` for every task without an entry of its own
    grid:                  # all combinations; or points: [{KEY: VALUE, …}, …]
      optim_wrapper.optimizer.lr: [4.0e-5, 8.0e-5, 1.6e-4]
      model.backbone.drop_path_rate: [0.1, 0.2]
    seeds: [0]             # of the search; the first of the suite's unless given
    select: box_ap         # the record's metric to go by; the task's first unless given
    search_options: []     # KEY=VALUE of search runs alone, such as a shorter schedule
    select_data_options: []  # KEY=VALUE that make a search run train and score on other data
"""

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transfer.suite import fields
from transfer.suite.methods import Method
from transfer.suite.tasks import Task

KEYS = {"grid", "points", "seeds", "select", "search_options", "select_data_options"}
ALL = "all"
# What names a run, or says where it starts and writes, is no setting to search.
NOT_SETTINGS = (
    *("cell", "data_root", "launcher", "load_from", "model.backbone.init_cfg"),
    *("paths_root", "randomness", "restart_if_changed", "resume", "work_dir"),
)
DATA = ("train_dataloader.", "val_dataloader.", "val_evaluator.")

Point = dict[str, Any]


@dataclass(frozen=True)
class Sweep:
    """`points` are the settings to try, in the order that breaks ties; numbers start at 1."""

    task: str
    points: tuple[Point, ...]
    seeds: tuple[int, ...]
    select: str
    search_options: tuple[str, ...] = ()
    select_data_options: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.points[0])

    @property
    def runs(self) -> int:
        """Search runs of one method."""
        return len(self.points) * len(self.seeds)

    @property
    def declared(self) -> dict[str, Any]:
        """In plain JSON types, as the record has it."""
        return {
            "points": list(self.points),
            "seeds": list(self.seeds),
            "select": self.select,
            "search_options": list(self.search_options),
            "select_data_options": list(self.select_data_options),
        }

    def run(self, point: int, seed: int) -> dict[str, Any]:
        """What one search run tries, as its outcome has it."""
        return {
            "point": point,
            "seed": seed,
            "settings": self.points[point - 1],
            "options": [*self.search_options, *self.select_data_options],
            "select": self.select,
        }


def read_sweeps(
    content: Any,
    suite: str,
    tasks: Mapping[str, Task],
    methods: Mapping[str, Method],
    seeds: tuple[int, ...],
) -> dict[str, Sweep]:
    """Task to its search; tasks without one are not in it.

    Raises:
        ValueError: naming the key, also where a method or a task sets what is searched.
    """
    if content is None:
        return {}
    where = f"suite {suite}: sweep"
    if not isinstance(content, Mapping) or not content:
        raise ValueError(f"{where} must map tasks to their search, got {content!r}")
    if unknown := sorted(content.keys() - {*tasks, ALL}):
        raise ValueError(f"{where}: no tasks {unknown}; known are {sorted(tasks)}, or {ALL}")
    entries = {task: content[task if task in content else ALL] for task in tasks
               if task in content or ALL in content}  # fmt: skip
    sweeps = {
        name: read_sweep(name, entry, f"{where}.{name if name in content else ALL}", tasks, seeds)
        for name, entry in entries.items()
    }
    for sweep in sweeps.values():
        nothing_fixed(sweep, suite, tasks[sweep.task], methods)
    return sweeps


def read_sweep(
    task: str, entry: Any, where: str, tasks: Mapping[str, Task], seeds: tuple[int, ...]
) -> Sweep:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must give a grid or points, got {entry!r}")
    fields.only_known(entry, KEYS, where)
    metrics = tasks[task].package.metrics
    select = entry.get("select", metrics[0])
    if select not in metrics:
        raise ValueError(f"{where}.select: {task} has no metric {select!r}; known: {metrics}")
    data_options = fields.options(entry.get("select_data_options"), f"{where}.select_data_options")
    for key in fields.keys_of(data_options):
        if not key.startswith(DATA):
            raise ValueError(
                f"{where}.select_data_options: {key} is no setting of the data "
                f"({', '.join(DATA)}…); others belong into search_options"
            )
    sweep = Sweep(
        task,
        read_points(entry, where),
        fields.seeds(entry["seeds"], where) if "seeds" in entry else seeds[:1],
        select,
        fields.options(entry.get("search_options"), f"{where}.search_options"),
        data_options,
    )
    given = fields.keys_of((*sweep.search_options, *data_options))
    if both := sorted(set(given) & set(sweep.keys)):
        raise ValueError(f"{where}: {both} are searched, and set in the options of its runs")
    return sweep


def read_points(entry: Mapping[str, Any], where: str) -> tuple[Point, ...]:
    """Grid: the first key varies slowest."""
    grid, points = entry.get("grid"), entry.get("points")
    if (grid is None) == (points is None):
        raise ValueError(f"{where}: give grid (all combinations) or points (a list), one of them")
    if grid is not None:
        lists = isinstance(grid, Mapping) and all(isinstance(v, list) and v for v in grid.values())
        if not lists or not grid:
            raise ValueError(f"{where}.grid must map config keys to lists of values, got {grid!r}")
        points = [dict(zip(grid, v, strict=True)) for v in itertools.product(*grid.values())]
    if not isinstance(points, list) or not all(isinstance(p, Mapping) and p for p in points):
        raise ValueError(f"{where}.points must be a list of KEY: VALUE mappings, got {points!r}")
    found = [{str(k): setting(v, f"{where}: {k}") for k, v in p.items()} for p in points]
    for point in found:
        if point.keys() != found[0].keys():
            raise ValueError(
                f"{where}.points: every point must set the same keys, got {sorted(found[0])} "
                f"and {sorted(point)}"
            )
    for key in found[0] if found else ():
        if any(key == name or key.startswith(f"{name}.") for name in NOT_SETTINGS):
            raise ValueError(f"{where}: {key} is no setting to search")
    written = [json.dumps(point, sort_keys=True) for point in found]
    if twice := sorted({text for text in written if written.count(text) > 1}):
        raise ValueError(f"{where}: the same setting twice: {twice[0]}")
    if len(found) < 2:
        raise ValueError(f"{where}: a search needs two settings; one belongs into the config")
    return tuple(found)


def setting(value: Any, where: str) -> Any:
    """A number, truth value, word, or list of them. YAML reads 5e-5, without a dot, as a word."""
    if isinstance(value, list) and value:
        return [setting(item, where) for item in value]
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            if value and not set(value) & set(" ,=()[]'\""):
                return value
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ValueError(f"{where}: {value!r} is no finite number, truth value, word or list of these")


def run_name(point: int, seed: int) -> str:
    """Of a search run, below the folder of its method's search."""
    return f"point-{point:02d}/seed{seed}"


def option(key: str, value: Any) -> str:
    """KEY=VALUE that `--cfg-options` reads as this very value."""
    return f"{key}={spelled(value)}"


def spelled(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(spelled, value))}]"
    return value if isinstance(value, str) else repr(value)


def nothing_fixed(sweep: Sweep, suite: str, task: Task, methods: Mapping[str, Method]) -> None:
    """Neither the task nor a method may set what is searched: all get the same points."""
    given = [(f"tasks.{task.name}.options", task.options)]
    given += [
        (f"methods.{m.name}.transfer_options.{task.name}", m.transfer_options.get(task.name, ()))
        for m in methods.values()
    ]
    for place, options in given:
        if both := sorted(set(fields.keys_of(options)) & set(sweep.keys)):
            raise ValueError(
                f"suite {suite}: {place} sets {', '.join(both)}, which sweep.{task.name} searches "
                "for every method; take it out, and let the search cover its value"
            )
