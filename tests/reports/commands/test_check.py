"""The check: inside, outside or nothing to compare with, and why; the exit code says it too."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from reports.commands.check import main
from reports.published import published_numbers

FPN_B = "coco/mask-rcnn_vit-b_fpn_lsj-100e"
SHIPPED = {"sha256": "ab" * 32, "shipped_sha256": "ab" * 32}
TUNED = {
    "optim_wrapper.optimizer.lr": 1.6e-4,
    "optim_wrapper.optimizer.weight_decay": 0.2,
    "train_cfg.max_iters": 368750,
}


@pytest.fixture
def add(runs: Any, make_transfer: Any) -> Any:
    """A whole COCO run with ViT-B, as shipped, unless changed."""

    def put(method: str, seed: int, box: float, tuned: Any = (), **changes: Any) -> None:
        protocol = {"name": FPN_B, **SHIPPED, "tuned": dict(tuned)}
        data = {"name": "coco", "manifest_sha256": "12" * 32}
        whole = {"protocol": protocol, "data": data, "arch": "base", "n_images": 5000}
        record = make_transfer(method, "coco", seed, {"box_ap": box, "box_ap50": 70.0})
        folder = f"{method}/{seed}-{changes.get('arch', 'base')}"
        runs.put(record | whole | changes, folder)

    return put


def run(runs: Any, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = main([str(runs.root), "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_the_mean_over_seeds_counts(
    runs: Any, add: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, box in enumerate([49.0, 51.0, 50.9]):  # mean 50.3, each seed outside
        add("mae-pixel-norm", seed, box)
    code, found = run(runs, capsys)
    (check,) = found["checks"]
    assert (code, check["verdict"], check["n"]) == (0, "inside", 3)
    assert check["ours"] == pytest.approx(50.3)
    # 50.3 of both papers and 50.4 of the reproduction
    assert (check["band"]["low"], check["band"]["high"]) == pytest.approx((50.0, 50.7))
    assert check["tolerance"]["value"] == 0.3
    assert "mmdetection issues" in check["tolerance"]["source"]


@pytest.mark.parametrize(("box", "verdict"), [(49.9, "below the band"), (50.8, "above the band")])
def test_outside_on_either_side_is_exit_code_1(
    runs: Any, add: Any, capsys: pytest.CaptureFixture[str], box: float, verdict: str
) -> None:
    add("mae-pixel-norm", 0, box)
    add("mae-dvae-token", 0, 50.3)
    code, found = run(runs, capsys)
    verdicts = {check["method"]: check["verdict"] for check in found["checks"]}
    assert verdicts == {"mae-pixel-norm": verdict, "mae-dvae-token": "inside"}
    assert code == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"limited": True}, "Published numbers are for the whole data set"),
        ({"n_images": 200}, "on 5,000 validation images and ours on 200"),
        ({"protocol": {"name": FPN_B, **SHIPPED, "sha256": "cd" * 32}}, "configuration as shipped"),
        ({"protocol": {"name": "coco/toy", **SHIPPED}}, "no box AP of it is published for coco/to"),
        ({"arch": "tiny"}, "no box AP of it is published"),
        (
            {"protocol": {"name": FPN_B, **SHIPPED, "tuned": {"a.b": 1}}},
            "for other settings of its",
        ),
    ],
)
def test_nothing_to_compare_with_says_why_and_is_exit_code_2(
    runs: Any, add: Any, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], why: str
) -> None:
    add("mae-pixel-norm", 0, 50.3, **changes)
    assert main([str(runs.root)]) == 2
    printed = capsys.readouterr()
    assert "1 nothing to compare with" in printed.out
    assert "nothing could be compared:" in printed.err
    assert "MAE (normalised pixels): " in printed.err
    assert why in printed.err


def test_a_number_tuned_for_its_method_is_for_those_settings_alone(
    runs: Any, add: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Random init is published after a longer schedule than the protocol's."""
    add("random", 0, 48.9)
    code, found = run(runs, capsys)
    assert code == 2
    why = found["checks"][0]["why"]
    assert "other settings of its own (learning rate 1.6e-4, weight decay 0.2, 368,750 it" in why
    add("random", 0, 48.9, tuned=TUNED)
    code, found = run(runs, capsys)
    assert (code, found["checks"][0]["verdict"]) == (0, "inside")


def test_a_protocol_without_a_known_tolerance_is_not_compared(
    runs: Any, add: Any, make_transfer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    record = make_transfer("mae-pixel", "imagenet", 0, {"top1": 84.2})
    protocol = {"name": "imagenet/partial-4_vit-l_50e", **SHIPPED}
    data = {"name": "imagenet", "manifest_sha256": "12" * 32}
    whole = {"protocol": protocol, "arch": "large", "n_images": 50000, "data": data}
    runs.put(record | whole)
    code, found = run(runs, capsys)
    assert code == 2
    assert "no tolerance of top-1 is known for imagenet/partial-4" in found["checks"][0]["why"]


def test_a_file_of_ones_own_numbers(
    runs: Any, add: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add("mae-pixel-norm", 0, 50.3)
    row = next(row for row in published_numbers() if row.method == "mae-pixel-norm")
    file = tmp_path / "ours.csv"

    def write(value: str) -> None:
        with file.open("w", newline="") as opened:
            lines = csv.DictWriter(opened, list(vars(row)))
            lines.writeheader()
            lines.writerow(vars(row) | {"value": value, "source": "last year"})

    write("45.0")
    code, found = run(runs, capsys, "--against", str(file))
    assert (code, found["checks"][0]["verdict"]) == (1, "above the band")
    assert found["checks"][0]["published"][0]["source"] == "last year"
    write("about 50")
    assert main([str(runs.root), "--against", str(file)]) == 2
    assert "ours.csv, line 2: value is 'about 50', expected a number" in capsys.readouterr().err
    file.write_text("a,b\n1,2\n")
    assert main([str(runs.root), "--against", str(file)]) == 2
    assert "ours.csv has columns ['a', 'b'], expected ['protocol'" in capsys.readouterr().err
    assert main([str(runs.root), "--against", str(tmp_path / "gone.csv")]) == 2
    assert "gone.csv cannot be read: No such file" in capsys.readouterr().err


def test_the_table(runs: Any, add: Any, capsys: pytest.CaptureFixture[str]) -> None:
    add("mae-pixel-norm", 0, 50.75)
    add(
        "mae-pixel-norm",
        0,
        53.3,
        arch="large",
        protocol={"name": FPN_B.replace("-b", "-l"), **SHIPPED},
    )
    add("mae-hog", 0, 50.0)
    assert main([str(runs.root)]) == 1
    printed = " ".join(capsys.readouterr().out.split())
    for part in (
        *("50.75 1 50.3 50.4 50.00 … 50.70 above the band", "53.30 1 53.3 53.00 … 53.60 inside"),
        *("± 0.3 box AP for coco/mask-rcnn_vit-*_fpn_*: COCO AP differs", "hustvl/MIMDet"),
        *("MAE (HOG): no box AP of it is published for", "1 inside, 1 above the band, 1 nothing"),
        # of both sizes, each under its own table
        *("Published, MAE (normalised pixels): box AP 50.3.", "(normalised pixels): box AP 53.3."),
    ):
        assert part in printed


def test_no_finished_run_is_exit_code_2(
    runs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.put_text("{", "demo/coco/mae/seed0")
    assert main([str(runs.root)]) == 2
    printed = capsys.readouterr().err
    assert "there is no finished transfer run" in printed
    assert f"1 left out, python -m reports {runs.root} --out DIR says why" in printed
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
