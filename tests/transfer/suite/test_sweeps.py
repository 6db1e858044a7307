"""A search is read once for every method, and every mistake in it is named."""

from typing import Any

import pytest
from mmengine.config import DictAction

from transfer.suite import read_suite
from transfer.suite.sweeps import option, run_name

LR, DROP = "optim_wrapper.optimizer.lr", "model.backbone.drop_path_rate"
GRID = {LR: [1.0e-3, 2.0e-3], DROP: [0.0, 0.1]}


def test_a_grid_is_every_combination_the_first_key_slowest(searched: Any) -> None:
    sweep = read_suite(searched({"grid": GRID, "seeds": [0, 3]})).sweeps["coco"]
    assert sweep.points == (
        {LR: 1e-3, DROP: 0.0},
        {LR: 1e-3, DROP: 0.1},
        {LR: 2e-3, DROP: 0.0},
        {LR: 2e-3, DROP: 0.1},
    )
    assert (sweep.seeds, sweep.runs, sweep.select) == ((0, 3), 8, "box_ap")
    assert sweep.run(2, 3)["settings"] == {LR: 1e-3, DROP: 0.1}


def test_points_are_taken_in_their_order(searched: Any) -> None:
    points = [{LR: 3.0e-3, DROP: 0.1}, {DROP: 0.2, LR: 1.0e-3}]
    sweep = read_suite(searched({"points": points, "select": "mask_ap"}, seeds=[4, 5])).sweeps
    assert sweep["coco"].points == tuple(points)
    assert sweep["coco"].seeds == (4,)  # the suite's first
    assert sweep["coco"].select == "mask_ap"


def test_all_is_every_task_without_an_entry_of_its_own(searched: Any) -> None:
    sweep = {"all": {"grid": GRID}, "coco": {"grid": {LR: [1, 2]}}}
    sweeps = read_suite(searched(sweep=sweep)).sweeps
    assert {task: (s.runs, s.select) for task, s in sweeps.items()} == {
        "coco": (2, "box_ap"),
        "ade20k": (4, "miou"),
    }
    assert read_suite(searched(sweep=None)).sweeps == {}


def test_yaml_reads_5e_5_as_a_word_and_we_as_a_number(searched: Any) -> None:
    sweep = read_suite(searched({"grid": {LR: ["5e-5", 8.0e-5]}})).sweeps["coco"]
    assert sweep.points == ({LR: 5e-5}, {LR: 8e-5})


@pytest.mark.parametrize(
    "value", [5e-5, 1e30, 3, 0.0, True, False, "AdamW", [0.9, 0.95], [[1, 2], [3, 4]], ["a"]]
)
def test_an_option_is_read_back_as_the_value_it_was(value: Any, searched: Any) -> None:
    sweep = read_suite(searched({"points": [{"a.b": value}, {"a.b": 7}]})).sweeps["coco"]
    key, text = option("a.b", sweep.points[0]["a.b"]).split("=", 1)
    assert key == "a.b"
    back = DictAction._parse_iterable(text)
    assert (back, type(back)) == (value, type(value))


def test_runs_are_numbered_from_1_as_people_count() -> None:
    assert run_name(1, 0) == "point-01/seed0"
    assert run_name(123, 4) == "point-123/seed4"


@pytest.mark.parametrize(
    ("coco", "message"),
    [
        ([], "sweep.coco must give a grid or points"),
        ({"gird": GRID}, r"sweep.coco: unknown keys \['gird'\]"),
        ({}, "sweep.coco: give grid .* or points"),
        ({"grid": GRID, "points": [{LR: 1}]}, "give grid .* or points .* one of them"),
        ({"grid": {LR: 1e-3}}, "sweep.coco.grid must map config keys to lists"),
        ({"grid": {LR: []}}, "sweep.coco.grid must map config keys to lists"),
        ({"grid": {}}, "sweep.coco.grid must map config keys to lists"),
        ({"points": [{}]}, "sweep.coco.points must be a list"),
        ({"points": []}, "a search needs two settings"),
        ({"grid": {LR: [1e-3]}}, "a search needs two settings"),
        ({"points": [{LR: 1}, {DROP: 1}]}, "every point must set the same keys"),
        ({"grid": {LR: [1e-3, "1e-3"]}}, "the same setting twice"),
        ({"grid": {LR: [float("nan"), 1]}}, f"{LR}: nan is no finite number"),
        ({"grid": {LR: [None, 1]}}, f"{LR}: None is no finite number"),
        ({"grid": {"a": ["x y", "z"]}}, "a: 'x y' is no finite number"),
        ({"grid": {"randomness.seed": [0, 1]}}, "randomness.seed is no setting to search"),
        (
            {"grid": {"model.backbone.init_cfg.checkpoint": ["a", "b"]}},
            "init_cfg.checkpoint is no setting to search",
        ),
        ({"grid": GRID, "select": "miou"}, "coco has no metric 'miou'; known: .*box_ap"),
        ({"grid": GRID, "seeds": 0}, "sweep.coco: seeds must be a list"),
        ({"grid": GRID, "search_options": ["x"]}, "search_options: options must be a list"),
        (
            {"grid": GRID, "search_options": [f"{LR}=1"]},
            rf"\['{LR}'\] are searched, and set in the options",
        ),
        (
            {"grid": GRID, "select_data_options": ["train_cfg.max_iters=3"]},
            "select_data_options: train_cfg.max_iters is no setting of the data",
        ),
    ],
)
def test_a_wrong_search_is_named(searched: Any, coco: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_suite(searched(coco))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sweep": []}, "sweep must map tasks to their search"),
        ({"sweep": {"cocoa": {"grid": GRID}}}, r"sweep: no tasks \['cocoa'\]; known are"),
        (
            {"methods": {"random": {"sweep": {"coco": {"grid": GRID}}}}},
            "methods.random.sweep: a method has no search of its own",
        ),
        (
            {"methods": {"random": {"transfer_options": {"coco": [f"{LR}=1.6e-4"]}}}},
            rf"methods.random.transfer_options.coco sets {LR}, which sweep.coco searches",
        ),
    ],
)
def test_no_method_gets_another_search_than_the_others(
    searched: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read_suite(searched(**changes))


def test_a_task_that_sets_what_is_searched_is_named(searched: Any) -> None:
    content = searched()
    content["tasks"]["coco"]["options"] = [f"{DROP}=0.3"]
    with pytest.raises(ValueError, match=rf"tasks.coco.options sets {DROP}, which sweep.coco"):
        read_suite(content)


def test_a_method_may_have_settings_that_are_not_searched(searched: Any) -> None:
    own = {"random": {"transfer_options": {"coco": ["train_cfg.max_iters=9"]}}}
    assert "coco" in read_suite(searched(methods=own)).sweeps
