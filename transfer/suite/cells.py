"""What a cell's training is told: `--cfg-options` of a fixed, a searched and a chosen run.

Fixed: the protocol's settings, or the method's own. Searched: one point of the task's sweep.
Chosen: the point the search chose, known only when the run begins: `transfer.sweep.final` adds it.
"""

from transfer.suite.fields import keys_of
from transfer.suite.suite import Suite
from transfer.suite.sweeps import option, run_name


def fixed_options(suite: Suite, task: str, method: str, seed: int) -> list[str]:
    own = suite.methods[method].transfer_options.get(task, ())
    return [*common(suite, task, method, seed), *tuned(keys_of(own))]


def search_options(suite: Suite, task: str, method: str, seed: int, point: int) -> list[str]:
    """Of a point by its number, from 1."""
    sweep = suite.sweeps[task]
    return [
        *common(suite, task, method, seed),
        *sweep.search_options,
        *sweep.select_data_options,
        *(option(key, value) for key, value in sweep.points[point - 1].items()),
        *tuned(all_tuned(suite, task, method)),
        f"cell.search={point}",
    ]


def chosen_options(suite: Suite, task: str, method: str, seed: int) -> list[str]:
    """Without the chosen point."""
    return [
        *common(suite, task, method, seed),
        *tuned(all_tuned(suite, task, method)),
        f"cell.chosen={chosen_file(suite, task, method)}",
    ]


def search_folder(suite: Suite, task: str, method: str) -> str:
    return (suite.root / "sweep" / task / method).as_posix()


def chosen_file(suite: Suite, task: str, method: str) -> str:
    return f"{search_folder(suite, task, method)}/chosen.json"


def run_folder(suite: Suite, task: str, method: str, point: int, seed: int) -> str:
    return f"{search_folder(suite, task, method)}/{run_name(point, seed)}"


def search_folders(suite: Suite, task: str, method: str) -> list[str]:
    """Of every run of a method's search."""
    sweep = suite.sweeps[task]
    return [
        run_folder(suite, task, method, point, seed)
        for point in range(1, len(sweep.points) + 1)
        for seed in sweep.seeds
    ]


def common(suite: Suite, name: str, method: str, seed: int) -> list[str]:
    task, weights = suite.tasks[name], suite.weights(method)
    return [
        f"cell.suite={suite.name}",
        f"cell.method={method}",
        f"cell.task={name}",
        f"randomness.seed={seed}",
        f"data_root={task.data}",
        *([f"model.backbone.init_cfg.checkpoint={weights}"] if weights else []),
        *task.options,
        *suite.methods[method].transfer_options.get(name, ()),
        *(["restart_if_changed=True"] if suite.resume else []),
    ]


def all_tuned(suite: Suite, task: str, method: str) -> tuple[str, ...]:
    own = suite.methods[method].transfer_options.get(task, ())
    return (*keys_of(own), *suite.sweeps[task].keys)


def tuned(keys: tuple[str, ...]) -> list[str]:
    """The record lists these beside the protocol's hash."""
    return [f"cell.tuned=[{','.join(keys)}]"] if keys else []
