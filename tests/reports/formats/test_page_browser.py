"""What a reader's browser does with the page: it runs, sorts, links, fits a phone, turns dark."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest
from chromium import PROGRAM, Chromium, chromium

from reports.formats.page import html
from reports.report import Report, build
from reports.tables.table import Cell, Column, Row, Table

pytestmark = pytest.mark.skipif(not PROGRAM, reason="no chromium or google-chrome on PATH")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("browser") / "profile") as found:
        yield found


@pytest.fixture
def tab(browser: Chromium) -> Chromium:
    browser.resize(1280)
    browser.media()
    return browser


def written(report: Report, folder: Path) -> str:
    file = folder / "index.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    page = html(report)["index.html"]
    assert isinstance(page, str)
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def page(demo: Any, tmp_path: Path) -> str:
    """The demo's page, with a run in a folder whose name must be encoded, and one that failed."""
    demo.transfer("beit", "coco", 0, folder="demo/co co#1%41/ü", box_ap=9.0)
    demo.put_text("{", "demo/coco/half/seed0")
    out = tmp_path / "report"
    return written(build(demo.root, out=out, draw=False), out)


FIRST = "document.querySelector('table')"


def column(tab: Chromium, index: int, table: str = FIRST) -> list[str]:
    found: list[str] = tab.evaluate(
        f"[...{table}.tBodies[0].rows].map(row => row.cells[{index}].textContent)"
    )
    return found


def head(index: int, table: str = FIRST) -> str:
    return f"[...{table}.tHead.rows].at(-1).cells[{index}]"


def test_its_own_script_runs_under_its_own_policy_and_no_other_does(
    tab: Chromium, page: str
) -> None:
    tab.open(page)
    assert tab.evaluate("document.querySelectorAll('th button').length") > 10
    assert tab.evaluate("!document.getElementById('scheme').hidden")
    assert tab.messages == []
    tab.evaluate(
        "{ const other = document.createElement('script'); other.textContent = 'window.x = 1';"
        " document.body.append(other) }"
    )
    assert tab.evaluate("window.x === undefined")
    assert "Content Security Policy" in tab.messages[0]


def test_keys_sort_a_column_and_the_third_press_restores_it(tab: Chromium, page: str) -> None:
    tab.open(page)
    given = ["11.0 ± 1.0", "15.0", "22.0 ± 2.6", "9.0"]
    assert column(tab, 2) == given
    expected = {
        "descending": ["22.0 ± 2.6", "15.0", "11.0 ± 1.0", "9.0"],
        "ascending": ["9.0", "11.0 ± 1.0", "15.0", "22.0 ± 2.6"],
        None: given,
    }
    tab.evaluate(f"{head(2)}.querySelector('button').focus()")
    for key, (state, rows) in zip(("Enter", " ", "Enter"), expected.items(), strict=True):
        tab.press(key)
        assert column(tab, 2) == rows
        assert tab.evaluate(f"{head(2)}.getAttribute('aria-sort')") == state
    tab.press("Enter")
    tab.evaluate(f"{head(0)}.querySelector('button').click()")
    assert tab.evaluate(f"{head(2)}.getAttribute('aria-sort')") is None
    assert column(tab, 0) == ["BEiT", "MAE (pixels)", "random init", "supervised"]


def table_of(rows: dict[str, Cell], report: Report) -> Table:
    return replace(
        report.sections[0].table,
        slug="made",
        columns=(Column("", "method"), Column("", "value")),
        rows=tuple(Row.of(name, name, cell) for name, cell in rows.items()),
    )


def test_values_sort_as_numbers_and_gaps_are_last_both_ways(
    tab: Chromium, demo: Any, tmp_path: Path
) -> None:
    """The text of a cell would sort otherwise: 9 after 100, and a true minus as a letter."""
    rows = {
        "gap": Cell("–"),
        "nine": Cell("9", 9.0),
        "hundred": Cell("100", 100.0),
        "tie": Cell("9 again", 9.0),
        "minus": Cell("−3.5", -3.5),
        "broken": Cell("–", math.nan),
        "published": Cell("30.5"),
    }
    report = build(demo.root, draw=False)
    made = replace(report.sections[0], table=table_of(rows, report))
    tab.open(written(replace(report, sections=(made,)), tmp_path / "out"))
    orders = []
    for _ in range(3):
        tab.evaluate(f"{head(1)}.querySelector('button').click()")
        orders.append(column(tab, 0))
    assert orders == [
        ["hundred", "published", "nine", "tie", "minus", "gap", "broken"],
        ["minus", "nine", "tie", "published", "hundred", "gap", "broken"],
        list(rows),
    ]


def test_every_link_leads_somewhere(tab: Chromium, page: str) -> None:
    tab.open(page)
    inside = tab.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => [a.hash,"
        " document.querySelectorAll(`[id='${a.hash.slice(1)}']`).length])"
    )
    assert len(inside) > 30
    assert {count for _, count in inside} == {1}
    outside = tab.evaluate(
        "[...document.querySelectorAll('a:not([href^=\"#\"])')].map(a => a.href)"
    )
    files = [Path(unquote(urlparse(uri).path)) for uri in outside]
    assert len({file.parent for file in files}) == 11  # every run that a number is of
    assert all(file.is_file() for file in files)
    assert any(file.parent.name == "ü" for file in files)


ENTRY = (
    "(() => { const entry = document.querySelector(location.hash); return ["
    "entry.closest('details').open, entry.closest('details').textContent.split('\\n')[0],"
    "Math.round(entry.getBoundingClientRect().top) < innerHeight] })()"
)


def test_a_number_opens_the_record_it_came_from(tab: Chromium, page: str) -> None:
    tab.open(page)
    tab.evaluate(f"{FIRST}.tBodies[0].rows[2].cells[2].querySelector('a').focus()")
    tab.press("Enter")
    assert tab.evaluate(ENTRY) == [True, "MAE (pixels), seed 0", True]
    tab.evaluate("document.querySelector(location.hash).closest('details').open = false")
    tab.evaluate(f"{FIRST}.tBodies[0].rows[2].cells[2].querySelector('a').click()")
    assert tab.evaluate(ENTRY)[0]  # a second time, though the address stays the same
    address = tab.evaluate("location.href")
    tab.open(address)
    assert tab.evaluate(ENTRY) == [True, "MAE (pixels), seed 0", True]


def test_the_script_opens_a_record_where_the_browser_would_not(tab: Chromium, page: str) -> None:
    """Chromium opens what a fragment leads into by itself; here it is not given the chance."""
    tab.open(page)
    tab.evaluate(
        "window.links = [...document.querySelectorAll('td a')];"
        "links[0].addEventListener('click', event => event.preventDefault()); links[0].click()"
    )
    is_open = "document.querySelector(links[{}].hash).closest('details').open"
    assert tab.evaluate(is_open.format(0))
    assert not tab.evaluate(is_open.format(5))
    tab.evaluate(
        "history.replaceState(null, '', links[5].hash);"
        "window.dispatchEvent(new HashChangeEvent('hashchange'))"
    )
    assert tab.evaluate(is_open.format(5))


def test_without_its_script_all_is_there_and_no_control_is_dead(tab: Chromium, page: str) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(page)
        assert column(tab, 2) == ["11.0 ± 1.0", "15.0", "22.0 ± 2.6", "9.0"]
        assert tab.evaluate(
            "[...document.querySelectorAll('button')].every(button => button.hidden)"
        )
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.mark.parametrize("width", [360, 1280])
def test_it_never_scrolls_sideways_but_its_tables_do(
    tab: Chromium, demo: Any, tmp_path: Path, width: int
) -> None:
    long = "a_method_with_a_long_name_and_no_place_to_break_it"
    demo.transfer(long, "coco", 0, box_ap=1.0)
    demo.put_text(json.dumps({"error": "E" * 90, "message": "m" * 90}), "f" * 90, "failure.json")
    tab.resize(width)
    report = build(demo.root, out=tmp_path)
    bold = tuple(
        replace(row, cells=tuple(replace(cell, best=bool(cell.records)) for cell in row.cells))
        for row in report.sections[0].table.rows
    )
    first = replace(report.sections[0], table=replace(report.sections[0].table, rows=bold))
    tab.open(written(replace(report, sections=(first, *report.sections[1:])), tmp_path))
    tab.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true })")
    page = "document.documentElement"
    assert tab.evaluate(f"{page}.scrollWidth - {page}.clientWidth") == 0
    assert tab.evaluate("innerWidth") == width
    if width == 360:
        stays = (
            f"(() => {{ const box = {FIRST}.closest('.scroll'); box.scrollLeft = 999;"
            f" const cell = {FIRST}.tBodies[0].rows[0].cells[0];"
            " return [box.scrollLeft > 50, Math.round(cell.getBoundingClientRect().left -"
            " box.getBoundingClientRect().left)] })()"
        )
        assert tab.evaluate(stays) == [True, 0]


BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(252, 251, 249)", "rgb(23, 25, 28)"


def test_dark_follows_the_reader_and_the_toggle_turns_it(tab: Chromium, page: str) -> None:
    tab.open(page)
    button = "document.getElementById('scheme')"
    assert tab.evaluate(BACKGROUND) == LIGHT
    seen = []
    for _ in range(2):
        tab.evaluate(f"{button}.click()")
        seen.append((tab.evaluate(BACKGROUND), tab.evaluate(f"{button}.textContent")))
    assert seen == [(DARK, "Light colours"), (LIGHT, "Dark colours")]
    tab.media(scheme="dark")
    assert tab.evaluate(BACKGROUND) == LIGHT  # what the reader chose stays
    tab.open(page)
    assert (tab.evaluate(BACKGROUND), tab.evaluate(f"{button}.textContent")) == seen[0]
    tab.media("print", scheme="dark")
    assert tab.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    assert tab.evaluate(f"getComputedStyle({button}).display") == "none"


def test_tab_reaches_every_control_in_the_order_of_the_page(tab: Chromium, page: str) -> None:
    tab.open(page)
    tab.evaluate(
        "window.controls = [...document.querySelectorAll('a, button, summary, [tabindex=\"0\"]')]"
        ".filter(found => found.checkVisibility({contentVisibilityAuto: false}))"
    )
    count = tab.evaluate("controls.length")
    assert count > 50
    reached = []
    for _ in range(count):
        tab.press("Tab")
        reached.append(tab.evaluate("controls.indexOf(document.activeElement)"))
    assert reached == list(range(count))
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) == "solid"


def test_the_skip_link_is_first_shows_itself_and_leads_to_the_results(
    tab: Chromium, page: str
) -> None:
    tab.open(page)
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the results"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    tab.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
