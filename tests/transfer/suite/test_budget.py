"""The number of trainings, counted by hand."""

from typing import Any

from transfer.suite import read_suite
from transfer.suite.budget import budget

GRID = {"grid": {"optim_wrapper.optimizer.lr": [1.0e-3, 2.0e-3, 3.0e-3]}}


def test_the_demos_budget(searched: Any) -> None:
    assert budget(read_suite(searched())) == [
        "suite demo_sweep, settings are searched:",
        "  coco: best of 4 settings by box_ap on the data that are reported, seed 0: 4 runs for "
        "each of 3 methods",
        "  in all 12 search runs and 6 cells, of which 3 take over a search run: 15 trainings",
    ]


def test_only_shared_seeds_are_taken_over(searched: Any) -> None:
    suite = read_suite(searched({**GRID, "seeds": [1, 5]}, seeds=[0, 1, 2]))
    # 3 methods × 3 settings × 2 seeds; 3 methods × 2 tasks × 3 seeds; seed 1 of 3 methods
    assert "in all 18 search runs and 18 cells, of which 3 take over" in budget(suite)[-1]
    assert budget(suite)[-1].endswith(": 33 trainings")


def test_a_search_on_other_data_or_terms_is_taken_over_nowhere(searched: Any) -> None:
    held_out = {**GRID, "select_data_options": ["val_evaluator.ann_file=x.json"]}
    lines = budget(read_suite(searched(held_out)))
    assert "on held-out data" in lines[1]
    assert "9 search runs and 6 cells, of which 0 take over a search run: 15" in lines[-1]
    short = {**GRID, "search_options": ["train_cfg.max_iters=9"]}
    lines = budget(read_suite(searched(short)))
    assert "seed 0, with train_cfg.max_iters=9: 3 runs" in lines[1]
    assert "of which 0 take over" in lines[-1]
