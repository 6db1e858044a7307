"""Markdown, CSV and LaTeX show the same cells, and nothing in a name breaks them."""

import io
import re
from typing import Any

import pandas as pd
import pytest

from reports.formats.frames import csv_files
from reports.formats.latex import latex, tex
from reports.formats.markdown import markdown, md
from reports.report import NoRecordsError, build


def text(content: str | bytes) -> str:
    assert isinstance(content, str)
    return content


def test_markdown_has_every_table_figure_and_finding(demo: Any) -> None:
    files = markdown(build(demo.root))
    page = text(files["report.md"])
    assert "| MAE (pixels) | 3 | 22.0 ± 2.6 | \\[15.4, 28.6\\] | 1–3 | 17.0 ± 2.6 |" in page
    assert "has the highest box AP: 22.0 ± 2.6 over 3 seeds" in page
    linked = re.findall(r"\]\((figures/[^)]+)\)", page)
    drawn = {name for name in files if name.startswith("figures/")}
    twins = {name for name in drawn if name.endswith(".png") and f"{name[:-4]}.svg" in drawn}
    assert len(twins) > 3
    assert set(linked) == drawn - twins


def test_markdown_names_what_is_missing(demo: Any) -> None:
    demo.put_text('{"error": "E", "message": "a\\nb|c"}', "x", "failure.json")
    demo.put_text("{", "y")
    page = text(markdown(build(demo.root))["report.md"])
    assert "- `x/failure.json`: E: a b\\|c" in page
    assert "- `y/result.json`: not JSON" in page


def test_csv_carries_full_precision(demo: Any) -> None:
    files = csv_files(build(demo.root, draw=False))
    long = pd.read_csv(io.StringIO(text(files["results.csv"])))
    assert len(long) == 7 * 2 + 2 * 2 + 1
    assert long.query("method == 'mae-pixel' and task == 'ade20k' and metric == 'miou'")[
        "value"
    ].to_list() == [41.25]
    table = pd.read_csv(io.StringIO(text(files["tables/demo-coco.csv"])))
    row = table.query("method == 'mae-pixel' and metric == 'box_ap'").iloc[0]
    assert (row["mean"], row["n"], row["over"]) == (22.0, 3, "seeds")
    assert row["sd"] == pytest.approx(7**0.5, rel=1e-12)


def test_latex_is_a_balanced_booktabs_table(demo: Any) -> None:
    table = text(latex(build(demo.root, draw=False))["tables/demo-coco.tex"])
    for rule in ("toprule", "midrule", "bottomrule"):
        assert table.count(rf"\{rule}") == 1
    assert r"\multicolumn{3}{c}{box AP}" in table
    assert r"\cmidrule(lr){3-5} \cmidrule(lr){6-8}" in table
    assert r"22.0 $\pm$ 2.6 & [15.4, 28.6] & 1--3" in table
    assert r"coco/mask-rcnn\_toy" in table
    columns = re.search(r"\\begin\{tabular\}\{(\w+)\}", table)
    assert columns
    body = table.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert {line.count("&") for line in body} == {len(columns[1]) - 1}
    assert len(re.findall(r"(?<!\\)\{", table)) == len(re.findall(r"(?<!\\)\}", table))


def test_latex_of_one_column_groups_has_one_head_row(runs: Any) -> None:
    runs.transfer("mae-pixel", "ade20k", 0, miou=40.0)
    table = text(latex(build(runs.root, draw=False))["tables/demo-ade20k.tex"])
    assert r"method & n & mIoU \\" in table
    assert "multicolumn" not in table


def test_text_is_escaped() -> None:
    assert tex("50% & a_b {x} \\ $") == r"50\% \& a\_b \{x\} \textbackslash{} \$"
    assert md("a|b *c* <d>\n[e](f)") == r"a\|b \*c\* \<d> \[e\](f)"


def test_nothing_to_report_names_the_folder_and_the_broken_records(runs: Any) -> None:
    with pytest.raises(NoRecordsError, match=r"no usable result.json under .*runs"):
        build(runs.root)
    runs.put_text("{", "x")
    with pytest.raises(NoRecordsError, match=r"left out x/result.json: not JSON"):
        build(runs.root)
