"""Two runs in one sentence, or why there is none."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from image_results import put_segmentation

from reports.commands.compare import main


@pytest.fixture
def folders(runs: Any, make_transfer: Any) -> tuple[str, str]:
    """Of a weak and a strong run."""
    weak = put_segmentation(runs, make_transfer, "random", 0.0)
    strong = put_segmentation(runs, make_transfer, "mae-pixel", 2.0)
    return str(weak.parent), str(strong.parent)


def test_one_sentence_with_an_interval(folders: Any, capsys: Any) -> None:
    weak, strong = folders
    assert main([strong, weak]) == 0
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith("On toy-scenes (ADE20K protocol), MAE (pixels) is ")
    assert "mIoU above random init (" in said
    assert "95 % interval of the difference [" in said
    assert "one seed each, 40 images): more than chance, the spread between runs not" in said


def test_the_other_way_round_is_the_mirror(folders: Any, capsys: Any) -> None:
    weak, strong = folders
    main([strong, weak])
    one = capsys.readouterr().out
    main([weak, strong])
    other = capsys.readouterr().out
    gap = one.split(" is ")[1].split(" mIoU")[0]
    assert f"random init is {gap} mIoU below MAE (pixels)" in other


def test_the_same_seed_gives_the_same_words(folders: Any, capsys: Any) -> None:
    said = []
    for _ in range(2):
        main([*folders, "--resamples", "100", "--seed", "7"])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_a_method_against_itself_is_named_by_side(
    runs: Any, make_transfer: Any, capsys: Any
) -> None:
    one = put_segmentation(runs, make_transfer, "mae-pixel", 1.0, seed=0)
    other = put_segmentation(runs, make_transfer, "mae-pixel", 1.0, seed=1)
    assert main([str(one.parent), str(other.parent)]) == 0
    assert "mae-pixel (A) is" in capsys.readouterr().out


def test_seeds_below_a_folder_are_taken_together(
    runs: Any, make_transfer: Any, capsys: Any
) -> None:
    for seed in range(3):
        put_segmentation(runs, make_transfer, "random", 0.0, seed=seed)
        put_segmentation(runs, make_transfer, "mae-pixel", 2.0, seed=seed)
    root = runs.root / "demo/ade20k"
    assert main([str(root / "mae-pixel"), str(root / "random")]) == 0
    said = capsys.readouterr().out
    assert "over images and seeds" in said
    assert "3 seeds each" in said
    assert "not counted" not in said


@pytest.mark.parametrize("option", [["--resamples", "5"], ["--seed", "-1"]])
def test_options_that_cannot_be_are_refused(folders: Any, option: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*folders, *option])


def test_a_run_against_itself_is_refused(folders: Any, capsys: Any) -> None:
    assert main([folders[0], folders[0]]) == 2
    assert "A and B are the same run" in capsys.readouterr().err


def test_two_results_of_one_cell_are_an_error(folders: Any, capsys: Any, runs: Any) -> None:
    record = json.loads((Path(folders[0]) / "result.json").read_text())
    record["cell"]["suite"] = "other"
    again = runs.put(record).parent.parent
    both = Path(folders[0]).parents[2] / "both"
    both.mkdir()
    for i, folder in enumerate((Path(folders[0]).parent, again)):
        shutil.copytree(folder, both / str(i))
    assert main([str(both), folders[1]]) == 2
    assert "has two values of miou" in capsys.readouterr().err


def test_without_images_and_with_one_seed_nothing_is_claimed(runs: Any, capsys: Any) -> None:
    one, other = (runs.transfer(m, "coco", 0, box_ap=9.0) for m in ("random", "mae-pixel"))
    assert main([str(one.parent), str(other.parent)]) == 0
    assert "nothing says if it is chance" in capsys.readouterr().out


def test_two_protocols_are_not_compared(runs: Any, make_transfer: Any, capsys: Any) -> None:
    weak = put_segmentation(runs, make_transfer, "random", 0.0)
    protocol = {"name": "ade20k/upernet_toy", "sha256": "cd" * 32}
    other = put_segmentation(runs, make_transfer, "mae-pixel", 1.0, protocol=protocol)
    assert main([str(weak.parent), str(other.parent)]) == 1
    said = capsys.readouterr().err
    assert "protocol hash abababab and cdcdcdcd" in said


@pytest.mark.parametrize(
    ("argument", "words"),
    [("nowhere", "does not exist"), ("", "holds several methods")],
)
def test_what_is_no_run_is_refused(
    folders: Any, runs: Any, capsys: Any, argument: str, words: str
) -> None:
    assert main([str(Path(runs.root) / argument), folders[0]]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
