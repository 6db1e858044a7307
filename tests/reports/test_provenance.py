"""A number's records are the ones it came from, and a link is made only to what is there."""

import json
from dataclasses import replace
from typing import Any

from reports.provenance import Entry, anchor, origins
from reports.records.record import Record
from reports.records.scan import scan
from reports.tables.table import Cell, Row, Table

EMPTY = Table("slug", "Title", "", (), (), (), (), None)  # type: ignore[arg-type]


def table(*cells: tuple[str, ...], slug: str = "slug") -> Table:
    rows = tuple(Row("m", (Cell("m"), Cell("1.0", 1.0, records))) for records in cells)
    return replace(EMPTY, slug=slug, rows=rows)


def records_of(runs: Any) -> dict[str, Record]:
    found = {record.path: record for record in scan(runs.root).records}
    assert found
    return found


def paths(method: str, *seeds: int) -> tuple[str, ...]:
    return tuple(f"demo/coco/{method}/seed{seed}/result.json" for seed in seeds)


def entries(runs: Any, *tables: Table, base: str = "../runs") -> dict[str, Entry]:
    found = origins(tables, records_of(runs).values(), base)
    listed = [entry for origin in found for entry in origin.entries]
    by_anchor = {entry.anchor: entry for entry in listed}
    assert len(by_anchor) == len(listed)
    return by_anchor


def test_only_records_behind_a_number_and_each_once_where_it_is_first_shown(demo: Any) -> None:
    first, second = paths("random", 0, 1), paths("random", 1, 2)
    tables = [table(first), table(first, second, slug="other"), table((), slug="none")]
    found = origins(tables, records_of(demo).values())
    assert [(o.table.slug, [e.title for e in o.entries]) for o in found] == [
        ("slug", ["random init, seed 0", "random init, seed 1"]),
        ("other", ["random init, seed 2"]),
    ]


def test_other_seeds_and_what_a_difference_is_to(demo: Any) -> None:
    mean, gain = paths("mae-pixel", 0, 1, 2), paths("mae-pixel", 0, 1) + paths("random", 0, 1)
    found = entries(demo, table(mean, gain, paths("random", 0)))
    first, second, other = (found[anchor(path)] for path in (*mean[:2], gain[2]))
    assert [link.text for link in first.beside] == ["seed 1", "seed 2"]
    assert [link.text for link in first.against] == ["random init, seed 0", "random init, seed 1"]
    assert [link.text for link in second.beside] == ["seed 0", "seed 2"]
    assert second.against == other.beside == ()
    linked = [link.href for e in found.values() for link in (*e.beside, *e.against)]
    assert {href.removeprefix("#") for href in linked} <= found.keys()


def test_a_record_the_scan_left_out_has_no_entry(demo: Any) -> None:
    assert entries(demo, table(("gone/result.json",))) == {}


def test_everything_known_is_said_and_nothing_else(runs: Any, make_transfer: Any) -> None:
    changes: dict[str, Any] = {"limited": True}
    changes["timing"] = {
        **make_transfer("x", "coco", 0, {"x": 1.0})["timing"],
        "devices": 8,
        "peak_memory_bytes": 3 * 2**30,
    }
    changes["protocol"] = {
        "name": "coco/toy",
        "sha256": "77" * 32,
        "tuned": {"optim_wrapper.optimizer.lr": 0.001},
    }
    runs.put(make_transfer("beit", "coco", 3, {"box_ap": 12.3456}, **changes), "a")
    facts = dict(entries(runs, table(("a/result.json",)))[anchor("a/result.json")].facts)
    expected = {
        "record": "a/result.json",
        "task": "COCO",
        "scores": "box AP 12.3456",
        "scored on": "200 images, limited to part of the data",
        "protocol": f"coco/toy sha256 {'77' * 32}",
        "own settings": "learning rate 1e-3",
        "configuration": f"sha256 {'cd' * 32}",
        "checkpoint": f"beit.pth sha256 {'ef' * 32}",
        "data": f"toy-scenes sha256 {'12' * 32}",
        "commit": "a1b2c3d4e5f6",
        "device": "8 × cpu",
        "versions": "mmdet 3.5.1, torch 2.11.0",
        "started": "2026-01-01T00:00:00",
        "finished": "2026-01-01T00:01:00",
        "time": "60 s",
        "images/s": "12.5",
        "peak memory": "3.0 GiB",
    }
    assert expected.items() <= facts.items()
    bare = make_transfer("beit", "coco", 4, {"box_ap": 1.0}, environment=None, timing=None)
    runs.put(bare | {"checkpoint": None, "config_sha256": None}, "b")
    facts = dict(entries(runs, table(("b/result.json",)))[anchor("b/result.json")].facts)
    assert facts.keys() == {"record", "task", "suite", "scores", "scored on", "protocol", "data"}


def test_links_are_encoded_relative_and_only_to_files_inside_the_run(
    runs: Any, make_transfer: Any
) -> None:
    files = {
        "config": "my config#1.py",
        "log": "gone.log",
        "leak": "../secret",
        "root": "/etc/hosts",
    }
    record = make_transfer("beit", "coco", 0, {"box_ap": 1.0}) | {"files": files}
    folder = runs.put(record, "a b/50%").parent
    (folder / "my config#1.py").write_text("x = 1")
    (folder / "../secret").write_text("")
    path = "a b/50%/result.json"
    links = {link.text: link.href for link in entries(runs, table((path,)))[anchor(path)].files}
    assert links == {
        "result.json": "../runs/a%20b/50%25/result.json",
        "config": "../runs/a%20b/50%25/my%20config%231.py",
    }
    assert entries(runs, table((path,)), base="")[anchor(path)].files == ()


def test_per_image_files_are_linked(demo: Any) -> None:
    (path,) = paths("random", 0)
    file = demo.root / path
    (file.parent / "matches.npz").write_bytes(b"x")
    record = replace(records_of(demo)[path], per_image={"matches": "matches.npz"})
    ((origin,),) = [origins([table((path,))], [record], ".")]
    assert [link.text for link in origin.entries[0].files] == ["result.json", "matches by image"]


def test_an_anchor_is_the_same_in_every_report() -> None:
    assert anchor("a/result.json") == anchor("a/result.json") != anchor("b/result.json")
    assert json.dumps(anchor("ü x#")).isascii()
