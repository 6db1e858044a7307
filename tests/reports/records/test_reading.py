"""Several processes read what one does, in the same order; where there are none, one does."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reports.records import reading
from reports.records.follow import follow
from reports.records.reading import read_all
from reports.records.scan import scan


@pytest.fixture
def many(runs: Any, make_transfer: Any) -> Any:
    """More files than one process takes at a time: good, broken, failed, copied, searched."""
    for seed in range(2 * reading.CHUNK):
        runs.transfer("random", "coco", seed, box_ap=10.0 + seed / 100, folder=f"{seed:03d}")
    for seed in range(0, 60, 7):
        runs.put_text('{"schema": 2, ', f"broken{seed}")
        runs.put_text(json.dumps({"error": "E", "message": str(seed)}), f"f{seed}", "failure.json")
        runs.transfer("random", "coco", seed, box_ap=99.0, folder=f"copy{seed}")
    searched = make_transfer("mae", "coco", 0, {"box_ap": 1.0}, sweep={"role": "search"})
    runs.put(searched, "sweep/a")
    return runs


def paths(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.json"))


@pytest.mark.parametrize("processes", [2, 5])
def test_files_keep_their_order(many: Any, processes: int) -> None:
    names = paths(many.root)
    found = read_all(many.root, names, processes=processes)
    assert [item.path for item in found] == names
    assert found == read_all(many.root, names, processes=1)


def test_processes_give_what_one_does(many: Any) -> None:
    alone, together = scan(many.root, processes=1), scan(many.root, processes=3)
    assert together == alone
    assert (len(alone.records), len(alone.failures), alone.searching) == (91, 9, 1)
    assert len(alone.left_out) == 27


def test_a_system_without_processes_is_read_by_one(
    many: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read_all(many.root, paths(many.root), processes=1)

    def refused(*_: Any) -> Iterator[Any]:
        yield expected[:1]
        raise OSError("no more processes")

    monkeypatch.setattr(reading, "in_processes", refused)
    assert read_all(many.root, paths(many.root), processes=2) == expected


def test_a_few_files_start_no_process(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "in_processes", lambda *_: pytest.fail("started one"))
    assert len(read_all(many.root, paths(many.root))) == len(paths(many.root))


@pytest.mark.parametrize(
    ("terminal", "patience", "shown"), [(True, 0.0, True), (True, 60.0, False), (False, 0.0, False)]
)
def test_progress_is_shown_on_a_terminal_that_waits(
    terminal: bool, patience: float, shown: bool
) -> None:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    chunks = [[1, 2], [3], [4, 5, 6]]
    assert list(follow(chunks, 6, console=console, patience=patience)) == chunks
    written = console.file.getvalue()  # type: ignore[attr-defined]
    assert ("6/6" in written) == shown
    assert bool(written) == shown
