"""The page needs nothing but itself, and nothing a record says can become markup."""

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reports.formats.page import html, template
from reports.report import Report, build
from reports.tables.table import Cell, Table
from reports.views import View

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Checker(HTMLParser):
    """Collects tags, links and text; notices a tag that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attributes))
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in {"src", "href", "xlink:href"}:
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(runs: Any) -> tuple[str, Checker]:
    return checked(build(runs.root))


def checked(report: Report) -> tuple[str, Checker]:
    page = html(report)["index.html"]
    assert isinstance(page, str)
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return page, checker


def test_it_refers_to_nothing_outside_itself(demo: Any) -> None:
    page, checker = read(demo)
    assert checker.links
    for link in checker.links:
        assert link.startswith(("#", "data:image/")), link
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_the_policy_allows_the_script_of_the_page_and_nothing_else(demo: Any) -> None:
    page, checker = read(demo)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert checker.tags.count("script") == 1
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (allowed,) = re.findall(r"script-src ([^;]*);", policy)
    assert allowed == f"'sha256-{digest}'"
    assert not [name for found in checker.attributes for name in found if name.startswith("on")]


def test_ids_are_unique_and_anchors_lead_somewhere(demo: Any) -> None:
    demo.put_text("{", "x")
    _, checker = read(demo)
    assert len(checker.ids) == len(set(checker.ids))
    assert {link[1:] for link in checker.links if link.startswith("#")} <= set(checker.ids)


def test_it_shows_tables_captions_figures_and_provenance(demo: Any) -> None:
    page, checker = read(demo)
    for part in ("22.0 ± 2.6", "[15.4, 28.6]", "sample standard deviation", "a1b2c3d4e5f6"):
        assert part in checker.text
    assert page.count("<svg") == page.count('role="img"') == len(build(demo.root).figures) > 8
    assert "width=device-width" in page


def test_the_picture_inside_is_the_picture_of_the_run(demo: Any) -> None:
    _, checker = read(demo)
    (uri,) = [link for link in checker.links if link.startswith("data:")]
    inside = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    assert inside == (demo.root / "demo/pretrain/mae-pixel/rec/epoch_030.png").read_bytes()


def test_failures_and_left_out_records_have_their_sections(demo: Any) -> None:
    demo.put_text(json.dumps({"error": "OSError", "message": "disk full"}), "a", "failure.json")
    demo.put_text("{", "b")
    _, checker = read(demo)
    assert {"failed", "left-out"} <= set(checker.ids)
    for part in ("a/failure.json", "OSError: disk full", "b/result.json", "half-written"):
        assert part in checker.text


def test_a_hostile_name_stays_text(runs: Any) -> None:
    name = "<script>alert(1)</script>\"'{{ 7*7 }}"
    runs.transfer(name, "coco", 0, box_ap=10.0, folder="x")
    _, checker = read(runs)
    assert checker.tags.count("script") == 1
    assert name in checker.text


def test_only_pretraining_and_only_one_record(runs: Any) -> None:
    runs.pretrain("mae-pixel", 0.2)
    _, checker = read(runs)
    assert "1 pre-training run and no transfer result yet." in checker.text
    assert not re.search(r"\bNone\b|\bnan\b|<NA>", checker.text)


def test_no_python_value_leaks_into_the_text(demo: Any, make_transfer: Any) -> None:
    bare = make_transfer("beit", "coco", 0, {"box_ap": 9.0}, environment=None, timing=None)
    bare |= {"curves": None, "figures": None, "checkpoint": None, "arch": None}
    bare["data"] = {"name": "toy-scenes", "manifest_sha256": None}
    demo.put(bare)
    _, checker = read(demo)
    assert not re.search(r"\bNone\b|\bnan\b|<NA>|Undefined", checker.text)
    assert "manifest unknown" in checker.text


def test_headings_are_in_order_and_listed_at_the_top(demo: Any) -> None:
    demo.put_text("{", "x")
    page, checker = read(demo)
    levels = [int(tag[1]) for tag in checker.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    listed = re.search(r"<nav.*?</nav>", page, re.DOTALL)
    assert listed
    assert re.findall(r"<a [^>]*>(.*?)</a>", listed[0]) == headings
    assert {"Left out", "Records", "Pre-training"} <= set(headings)


def test_a_page_of_three_sections_needs_no_contents(runs: Any) -> None:
    runs.pretrain("mae-pixel", 0.2)
    assert "nav" not in read(runs)[1].tags


def test_a_number_leads_to_its_records_and_they_to_their_files(demo: Any) -> None:
    report = build(demo.root, out=demo.root.parent / "out")
    page, checker = checked(report)
    (cell,) = set(re.findall(r'<a href="#(r-\w+)">22.0 ± 2.6</a>', page))
    entry = re.search(rf'<dl id="{cell}">(.*?)</dl>', page, re.DOTALL)
    assert entry
    for part in ("demo/coco/mae-pixel/seed0/result.json", "ab" * 32, "mae-pixel.pth", "12" * 32):
        assert part in entry[1]
    assert re.findall(r'<a href="#r-\w+">(seed \d)</a>', entry[1]) == ["seed 1", "seed 2"]
    outside = {link for link in checker.links if not link.startswith(("#", "data:"))}
    assert outside == {f"../runs/{record.path}" for record in report.records}


def test_a_number_whose_record_the_report_does_not_hold_is_no_link(demo: Any) -> None:
    page, checker = checked(replace(build(demo.root, draw=False), records=()))
    assert "records" not in checker.ids
    assert not re.search(r'href="#r-', page)


def shown(report: Report, cell: Cell) -> str:
    """The page of a report whose first table has `cell` for its second method's box AP."""
    table = report.sections[0].table
    rows = list(table.rows)
    cells = list(rows[1].cells)
    cells[2] = cell
    rows[1] = replace(rows[1], cells=tuple(cells))
    made = replace(report.sections[0], table=replace(table, rows=tuple(rows)))
    return checked(replace(report, sections=(made, *report.sections[1:])))[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell("15.0", 15.04), '<td data-v="15.04">15.0</td>'),
        (Cell("–"), '<td class="gap">–</td>'),
        (Cell("–", float("nan")), '<td class="gap">–</td>'),
        (Cell("∞", float("inf")), "<td>∞</td>"),
        (
            Cell("15.0", 15.0, best=True),
            '<td data-v="15.0"><b>15.0</b><span class="unseen"> (more than chance)</span></td>',
        ),
    ],
)
def test_cells(demo: Any, cell: Cell, expected: str) -> None:
    assert expected in shown(build(demo.root, draw=False), cell)


def test_how_sure_and_the_question_are_said(demo: Any) -> None:
    report = build(demo.root, draw=False)
    section = replace(report.sections[0], certainty=("It is <b>sure</b>.",))
    made = replace(report, sections=(section,), question=("On toys, it cannot be said.",))
    page, checker = checked(made)
    assert "<h3>How sure are we</h3>" in page
    assert "It is <b>sure</b>." in checker.text
    assert checker.text.index("On toys, it cannot") < checker.text.index("How sure are we")


def test_any_table_can_be_a_section_or_stand_folded_in_one(demo: Any) -> None:
    report = build(demo.root, draw=False)
    view: Table = replace(
        report.sections[0].table, slug="view", title="A view", notes=("Mind.",), sources=("He.",)
    )
    pairs = replace(view, slug="pairs", title="Pairs")
    section = replace(report.sections[0], differences=pairs)
    _, checker = checked(replace(report, sections=(section,), views=(View(view),)))
    assert {"table-view", "table-pairs"} <= set(checker.ids)
    assert checker.text.count("Mind.") == checker.text.count("He.") == 2
    assert "Every pair of methods" in checker.text


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "warn"])
def test_text_stands_out_from_its_paper(name: str, scheme: int) -> None:
    """4.5 : 1, as WCAG 2.2 asks of small text."""
    found = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", template("page.css"))
    colours = {found_name: pair[scheme] for found_name, *pair in found}
    lighter, darker = sorted((luminance(colours[name]), luminance(colours["paper"])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_a_thousand_records_weigh_little(demo: Any, tmp_path: Path) -> None:
    """Markup alone, twelve metrics each; ten thousand would be ten times that."""
    report = build(demo.root, out=tmp_path, draw=False)
    first = next(record for record in report.records if record.kind == "transfer")
    metrics = dict.fromkeys((f"metric_{i}" for i in range(12)), next(iter(first.metrics.values())))
    many = [replace(first, path=f"{i}/{first.path}", seed=i, metrics=metrics) for i in range(1000)]
    table = report.sections[0].table
    rows = tuple(
        replace(table.rows[0], cells=(Cell("a"), *(Cell("1.0", 1.0, (r.path,)) for _ in range(12))))
        for r in many
    )
    section = replace(report.sections[0], table=replace(table, rows=rows))
    made = replace(report, sections=(section,), records=tuple(many), pictures=())
    page = str(html(made)["index.html"])
    assert page.count('<dl id="r-') == 1000
    assert len(page) < 3_000_000
