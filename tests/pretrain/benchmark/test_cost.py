"""GPU-hours by hand, and no rate that nobody measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from pretrain.benchmark.__main__ import main

RATES = {"device": "some GPU", "images_per_second": {"base": 1000.0}}


def write(folder: Path, content: Any) -> str:
    (folder / "rates.json").write_text(json.dumps(content))
    return str(folder / "rates.json")


def test_hours_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cost.json"
    main(["cost", write(tmp_path, RATES), "--efficiency", "8=0.5", "--out", str(out)])
    rows = {(r["arch"], r["epochs"], r["gpus"]): r for r in json.loads(out.read_text())["rows"]}
    assert len(rows) == 6  # large and huge were not measured
    assert rows["base", 800, 1]["hours"] == pytest.approx(284.704, abs=1e-3)
    assert rows["base", 1600, 8]["hours"] == pytest.approx(2 * 284.704 / 4, abs=1e-3)
    assert rows["base", 1600, 64]["gpu_hours"] == pytest.approx(2 * 284.704, abs=1e-3)
    printed = capsys.readouterr().out
    assert "800 x 1,281,167 / 1000 / 3600" in printed
    assert printed.count("not measured") == 2
    assert " 285 " in printed  # hours
    assert " 142 " in printed  # of 1600 epochs on 8, at half the efficiency
    assert "8 GPUs at 50% of 8 times one" in printed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"device": "a", "images_per_second": {}}, "names no device or no images_per_second"),
        ({"images_per_second": {"base": 9}}, "names no device or no images_per_second"),
        ({"device": "a", "images_per_second": {"base": 0}}, "gives 'base' 0 images/s"),
        ({"device": "a", "images_per_second": {"giant": 5}}, "gives 'giant' 5 images/s"),
        ([], "names no device"),
        ({**RATES, "size": 32, "depth": None}, "was measured at 32 pixels and a depth of its own"),
        ({**RATES, "size": 224, "depth": 1}, "a depth of 1, to try the command out"),
    ],
)
def test_rates_that_are_none(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(SystemExit, match=message):
        main(["cost", write(tmp_path, content)])


@pytest.mark.parametrize("share", ["8", "8=0", "8=1.1", "3=0.9", "8=fast"])
def test_an_efficiency_that_is_none(tmp_path: Path, share: str) -> None:
    with pytest.raises(SystemExit, match=r"--efficiency"):
        main(["cost", write(tmp_path, RATES), "--efficiency", share])
