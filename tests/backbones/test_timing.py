"""Alternation, warm-up, and memory that is the child's own."""

import sys
from pathlib import Path

import pytest

from backbones.timing import alternate, in_a_process, peak

MEGABYTE = 2**20
CHILD = """
import json, sys
from backbones.timing import peak
before = peak()
held = bytearray(200 * 2**20)
held[::4096] = b"x" * len(held[::4096])
print(json.dumps({"before": before, "peak": peak()}))
"""


def test_works_alternate_and_the_warm_up_is_not_counted() -> None:
    order: list[str] = []
    works = {name: (lambda name=name: order.append(name)) for name in ("a", "b")}
    times = alternate(works, warmup=1, repeats=2)
    assert order == ["a", "b"] * 3
    assert {name: len(values) for name, values in times.items()} == {"a": 2, "b": 2}


def test_the_peak_is_the_childs_and_not_its_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "child.py").write_text(CHILD)
    path = [str(tmp_path), str(Path(__file__).parents[2])]
    monkeypatch.setenv("PYTHONPATH", ":".join(path))
    held = bytearray(1500 * MEGABYTE)
    held[::4096] = b"x" * len(held[::4096])
    assert peak() > 1.5
    del held
    found = in_a_process("child", [])
    assert found["before"] < 1.2
    assert found["peak"] - found["before"] == pytest.approx(0.21, abs=0.05)


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="No module named nowhere") as error:
        in_a_process("nowhere", ["--x"])
    assert f"{sys.executable} -m nowhere --x failed" in str(error.value)
