"""The page needs nothing but itself, and nothing a record says can become markup."""

import base64
import json
import re
from html.parser import HTMLParser
from typing import Any

from reports.formats.page import html
from reports.report import build

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Checker(HTMLParser):
    """Collects tags, links and text; notices a tag that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
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
    page = html(build(runs.root))["index.html"]
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
    assert "script" not in checker.tags
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_ids_are_unique_and_anchors_lead_somewhere(demo: Any) -> None:
    demo.put_text("{", "x")
    _, checker = read(demo)
    assert len(checker.ids) == len(set(checker.ids))
    assert {link[1:] for link in checker.links if link.startswith("#")} <= set(checker.ids)


def test_it_shows_tables_captions_figures_and_provenance(demo: Any) -> None:
    page, checker = read(demo)
    for part in ("22.0 ± 2.6", "+11.0 ± 1.7 (3)", "sample standard deviation", "a1b2c3d4e5f6"):
        assert part in checker.text
    assert page.count("<svg") == 8
    assert page.count('role="img"') == 8
    assert "prefers-color-scheme: dark" in page
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
    assert "script" not in checker.tags
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
