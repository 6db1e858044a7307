"""What a cell's training is told, and where it runs."""

from pathlib import Path
from typing import Any

from transfer.suite import Suite, read_suite
from transfer.suite.cells import (
    chosen_options,
    fixed_options,
    run_folder,
    search_folders,
    search_options,
)

LR, DROP = "optim_wrapper.optimizer.lr", "model.backbone.drop_path_rate"


def suite(searched: Any, **coco: Any) -> Suite:
    grid = {"grid": {LR: [1.0e-3, 2.0e-3], DROP: [0.0, 0.1]}, **coco}
    own = {"coco": ["train_cfg.max_iters=9"], "ade20k": ["a.b=1"]}
    methods = {"random": {"transfer_options": own}, "mine": {"checkpoint": "mine.pth"}}
    return read_suite(searched(grid, methods=methods, root="here", resume=True))


def test_a_fixed_cell_has_the_methods_own_settings_and_names_them(searched: Any) -> None:
    assert fixed_options(suite(searched), "ade20k", "random", 3) == [
        "cell.suite=demo_sweep",
        "cell.method=random",
        "cell.task=ade20k",
        "randomness.seed=3",
        "data_root=data/toy/ade20k",
        "a.b=1",
        "restart_if_changed=True",
        "cell.tuned=[a.b]",
    ]
    plain = fixed_options(suite(searched), "ade20k", "mine", 0)
    assert "model.backbone.init_cfg.checkpoint=mine.pth" in plain
    assert not any("tuned" in given for given in plain)


def test_a_search_run_has_its_point_after_all_else(searched: Any) -> None:
    found = search_options(suite(searched), "coco", "random", 0, 2)
    assert found[-5:] == [
        "restart_if_changed=True",
        f"{LR}=0.001",
        f"{DROP}=0.1",
        f"cell.tuned=[train_cfg.max_iters,{LR},{DROP}]",
        "cell.search=2",
    ]
    assert "train_cfg.max_iters=9" in found


def test_every_method_is_searched_with_the_same_settings(searched: Any) -> None:
    found = suite(searched)
    for point in (1, 2, 3, 4):
        settings = [
            [o for o in search_options(found, "coco", method, 0, point) if o.startswith((LR, DROP))]
            for method in found.methods
        ]
        assert len(settings[0]) == 2
        assert settings[0] == settings[1]


def test_only_search_runs_have_the_searchs_options(searched: Any) -> None:
    data = "val_dataloader.dataset.ann_file=held-out.json"
    found = suite(searched, search_options=["x.y=1"], select_data_options=[data])
    assert {"x.y=1", data} <= set(search_options(found, "coco", "mine", 0, 1))
    assert not {"x.y=1", data} & set(chosen_options(found, "coco", "mine", 0))


def test_a_chosen_cell_names_what_will_be_added_and_where_it_stands(searched: Any) -> None:
    found = chosen_options(suite(searched), "coco", "mine", 1)
    assert found[-2:] == [
        f"cell.tuned=[{LR},{DROP}]",
        "cell.chosen=here/sweep/coco/mine/chosen.json",
    ]
    assert "cell.method=mine" in found
    assert not any(given.startswith((LR, DROP)) for given in found)


def test_every_run_has_a_folder_of_its_own(searched: Any) -> None:
    found = suite(searched, seeds=[0, 7])
    folders = search_folders(found, "coco", "mine")
    assert len(set(folders)) == 8
    assert folders[3] == run_folder(found, "coco", "mine", 2, 7)
    assert Path(folders[3]) == Path("here/sweep/coco/mine/point-02/seed7")
