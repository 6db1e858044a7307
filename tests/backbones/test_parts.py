"""Parts run in processes of their own, say how they ended, and leave none behind."""

import time
from pathlib import Path

import pytest

from backbones.parts import Parts

MODULE = """
import argparse, json, os, pathlib, signal, subprocess, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("what")
parser.add_argument("--common")
parser.add_argument("--out", type=pathlib.Path)
options = parser.parse_args()
if options.what == "fails":
    sys.exit("no such thing")
if options.what == "large":
    sys.exit("torch.OutOfMemoryError: CUDA out of memory")
if options.what == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
if options.what == "slow":
    beat = options.out.with_suffix(".beat")
    code = f"import time\\nwhile True: open({str(beat)!r}, 'a').write('x'); time.sleep(0.05)"
    subprocess.run([sys.executable, "-c", code])
options.out.write_text(json.dumps({"common": options.common}))
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    (tmp_path / "measures.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return Parts("measures", tmp_path / "out", 1.0, ["--common", "yes"])


def test_what_it_ran_and_how_it_ended(parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.run("good", "works") == {"common": "yes"}
    assert parts.run("bad", "fails") is None
    assert parts.run("huge", "large") is None
    assert parts.run("killed", "dies") is None
    states = {name: part["state"] for name, part in parts.done.items()}
    assert states == {
        "good": "done",
        "bad": "no such thing",
        "huge": "does not fit into the memory",
        "killed": "ended with exit code -9, saying nothing",
    }
    parts.say_what_is_missing(parts.folder / "summary.json")
    assert "not measured: bad, huge, killed;" in capsys.readouterr().out


def test_a_result_of_an_earlier_call_does_not_stand_for_a_failure(parts: Parts) -> None:
    (parts.folder / "bad.json").write_text("{}")
    assert parts.run("bad", "fails") is None
    assert not (parts.folder / "bad.json").exists()


def test_a_stopped_part_leaves_no_process_and_later_ones_are_left_out(parts: Parts) -> None:
    parts.deadline = time.monotonic() + 8
    assert parts.run("long", "slow") is None
    assert parts.done["long"]["state"] == "stopped: no time"
    beat = parts.folder / "long.beat"
    before = beat.stat().st_size
    time.sleep(0.3)
    assert beat.stat().st_size == before > 0
    assert parts.run("next", "works") is None
    assert parts.done["next"]["state"] == "left out: no time"
