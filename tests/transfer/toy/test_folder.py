"""What is replaced or removed is only ever what was written here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from transfer.toy.folder import LOCK, MARK, holds, remove_stale, written_whole

OLD, NEW = {"version": 1}, {"version": 2}


def write(out: Path, mark: dict[str, int], name: str = "new.jpg") -> None:
    with written_whole(out, mark) as folder:
        (folder / "coco").mkdir()
        (folder / "coco" / name).touch()


def test_toy_scenes_are_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    write(out, OLD, "old.jpg")
    write(out, NEW)
    assert holds(out) == NEW
    assert [path.name for path in (out / "coco").iterdir()] == ["new.jpg"]
    assert list(tmp_path.iterdir()) == [out]


def test_toy_scenes_with_other_things_among_them_are_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    write(out, OLD)
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(ValueError, match=r"not replaced: it also holds thesis\.tex"):
        write(out, NEW)
    assert holds(out) == OLD
    assert (out / "thesis.tex").exists()


@pytest.mark.parametrize("content", ["{}", "[1]"])
def test_a_toy_json_of_something_else_is_no_licence(tmp_path: Path, content: str) -> None:
    (tmp_path / MARK).write_text(content)
    with pytest.raises(ValueError, match="no toy data set"):
        write(tmp_path, NEW)
    assert (tmp_path / MARK).read_text() == content


def test_an_interrupted_replacement_keeps_the_old_scenes(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    write(out, OLD)
    with pytest.raises(KeyboardInterrupt), written_whole(out, NEW):
        raise KeyboardInterrupt
    assert holds(out) == OLD
    assert list(tmp_path.iterdir()) == [out]


WRITER = """
import sys, time
from pathlib import Path
from transfer.toy.folder import written_whole
with written_whole(Path(sys.argv[1]), {"version": 1}) as folder:
    (folder / "coco").mkdir()
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_writer_left_is_removed_and_a_living_one_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(out)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    folder = tmp_path / writer.stdout.readline().strip()
    remove_stale(out)
    assert (folder / "coco").is_dir()
    writer.kill()
    writer.wait()
    assert folder.is_dir()
    remove_stale(out)
    assert list(tmp_path.iterdir()) == []


def test_what_is_just_begun_or_just_finished_is_no_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process looks between any two steps of the writer."""
    out = tmp_path / "toy"
    (tmp_path / ".toy.partial-begun").mkdir()  # not locked yet
    remove_stale(out)
    assert (tmp_path / ".toy.partial-begun").is_dir()
    replace, looked = Path.replace, []

    def watched(path: Path, target: Path) -> Path:
        looked.append(sorted(entry.name for entry in path.iterdir()))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    with written_whole(out, {"version": 1}) as folder:
        (folder / "coco").mkdir()
    assert looked == [[LOCK, "coco", MARK]]  # still locked when it appears
    assert sorted(path.name for path in out.iterdir()) == ["coco", MARK]


def test_nothing_else_is_taken_for_a_leftover(tmp_path: Path) -> None:
    out = tmp_path / "toy"
    theirs = tmp_path / ".toy.partial-mine"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years of work")
    (tmp_path / ".toys.partial-x").mkdir()
    older = tmp_path / ".toy.partial-x"  # of before there were locks
    older.mkdir()
    (older / MARK).write_text(json.dumps(OLD))
    remove_stale(out)
    assert sorted(path.name for path in tmp_path.iterdir()) == [theirs.name, ".toys.partial-x"]
    assert not (theirs / LOCK).exists()


def test_the_generator_removes_leftovers_when_it_starts(tmp_path: Path) -> None:
    from transfer.toy.write import ToyOptions, write_toy

    (tmp_path / ".toy.partial-x" / "coco").mkdir(parents=True)
    write_toy(tmp_path / "toy", ToyOptions(train=1, val=1, size=48))
    assert [path.name for path in tmp_path.iterdir()] == ["toy"]
