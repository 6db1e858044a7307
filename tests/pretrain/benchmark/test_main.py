"""Every subcommand measures real steps and leaves its files; no time is asserted."""

import json
from pathlib import Path

import pytest
import torch

from pretrain.benchmark.__main__ import main
from pretrain.benchmark.growth import round_numbers
from pretrain.benchmark.targets import TARGETS

SMALL = ["--device", "cpu", "--arch", "tiny", "--size", "32", "--depth", "1", "--batch", "2"]
SHORT = ["--repeats", "2", "--warmup", "0"]


def test_a_step_beside_the_plain_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "step.json"
    main(["step", *SMALL, *SHORT, "--out", str(out)])
    found = json.loads(out.read_text())
    assert found["cases"].keys() == {"plain", "fast"}
    assert found["comparison"]["fast"]["gradients"] < 1e-5
    for row in found["cases"].values():
        assert len(row["seconds"]) == 2
        assert row["memory"]["peak"] > row["memory"]["before"] > 0
        share = found["flops"] / row["median"] / found["matmul"]["flops_per_second"]
        assert row["share_of_matmul"] == pytest.approx(share)
        assert row["speed_up"] == found["cases"]["plain"]["median"] / row["median"]
    printed = capsys.readouterr().out
    assert "differ, relatively, by: loss" in printed
    assert "bare products reach" in printed


def test_the_best_of_the_batches_that_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {"1": 0.5, "2": 0.5, "4": 2.0}

    def timed(works: dict[str, object], **_: int) -> dict[str, list[float]]:
        (name,) = works
        if name == "8":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return {name: [seconds[name]]}

    monkeypatch.setattr("pretrain.benchmark.batch.alternate", timed)
    out = tmp_path / "batch.json"
    batches = ["--batches", "8", "4", "1", "16", "2"]
    main(["batch", *SMALL, *SHORT, *batches, "--out", str(out)])
    found = json.loads(out.read_text())
    assert found["images_per_second"] == {"1": 2, "2": 4, "4": 2, "8": None}
    assert found["best"] == 2


def test_every_target_takes_a_step(tmp_path: Path) -> None:
    names = [name for name in TARGETS if name not in ("dvae", "palette")]
    out = tmp_path / "targets.json"
    main(["targets", *names, *SMALL, *SHORT, "--out", str(out)])
    rows = json.loads(out.read_text())["targets"]
    assert list(rows) == names
    assert rows["pixel-norm"]["ratio"] == 1
    assert all(value > 0 for row in rows.values() for value in row.values())


def test_growth_leaves_a_figure_and_a_table(tmp_path: Path) -> None:
    points = ["--over-batch", "1", "2", "--over-size", "32", "--over-depth"]
    out = ["--figure", str(tmp_path / "growth"), "--out", str(tmp_path / "growth.json")]
    main(["growth", *SMALL, *SHORT, *points, *out])
    rows = json.loads((tmp_path / "growth.json").read_text())["points"]
    assert [(row["axis"], row["value"]) for row in rows] == [
        ("batch", 1),
        ("batch", 2),
        ("size", 32),
    ]
    assert rows[1]["flops"] == 2 * rows[0]["flops"]
    assert rows[1]["over_operations"] == 1  # the middle of its line, which the others are held to
    expected = rows[1]["median"] / 2
    assert rows[0]["over_operations"] == pytest.approx(rows[0]["median"] / expected)
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "growth.svg").read_text()


@pytest.mark.parametrize(
    ("limits", "ticks"),
    [
        ((0.9, 11), [1, 2, 5, 10]),
        ((2.2, 6.3), [5]),
        ((0.0313, 0.0321), [0.0313, 0.0321]),
    ],
)
def test_ticks_are_round(limits: tuple[float, float], ticks: list[float]) -> None:
    found = round_numbers(*limits)
    assert set(ticks) <= set(found)
    assert len(found) > 1
    assert all(limits[0] <= tick <= limits[1] for tick in found)


def test_the_gpu_command_at_small_sizes(tmp_path: Path) -> None:
    options = [
        "--device",
        "cpu",
        "--archs",
        "tiny",
        "--size",
        "32",
        "--depth",
        "1",
        "--batches",
        "1",
    ]
    options += ["--dtype", "float32", "--repeats", "1", "--no-compile", "--targets", "pixel-norm"]
    main(["gpu", str(tmp_path), *options])
    parts = json.loads((tmp_path / "summary.json").read_text())["parts"]
    assert {name: part["state"] for name, part in parts.items()} == dict.fromkeys(
        ["batch-tiny", "step-tiny", "targets"], "done"
    )
    fast = json.loads((tmp_path / "step-tiny.json").read_text())["cases"]["fast"]
    rates = json.loads((tmp_path / "rates.json").read_text())
    assert rates["images_per_second"] == {"tiny": fast["images_per_second"]}


def test_the_gpu_command_without_time_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["gpu", str(tmp_path), "--device", "cpu", "--archs", "tiny", "--minutes", "0"])
    assert "not measured: batch-tiny" in capsys.readouterr().out
    assert not (tmp_path / "rates.json").exists()
