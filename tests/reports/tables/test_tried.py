"""What a search tried, in every format, with its score and its end."""

import csv
import io
from typing import Any

import pytest

from reports.formats.frames import csv_files
from reports.formats.latex import latex
from reports.formats.markdown import markdown
from reports.formats.page import html
from reports.report import build

LR, DROP = "optim_wrapper.optimizer.lr", "model.backbone.drop_path_rate"
POINTS = [{LR: 1e-4, DROP: 0.0}, {LR: 1e-4, DROP: 0.1}, {LR: 4e-4, DROP: 0.0}]


def run(point: int, seed: int, score: float | None, status: str = "finished") -> dict[str, Any]:
    error = {} if status == "finished" else {"error": "RuntimeError", "message": "why"}
    found = {"point": point, "seed": seed, "status": status, "score": score, "seconds": 30.0}
    return found | error


@pytest.fixture
def searched(runs: Any, make_transfer: Any) -> Any:
    """Three settings with two seeds: chosen, half diverged, one failed and one not run."""
    record = make_transfer("mae-pixel", "coco", 0, {"box_ap": 40.0})
    record["protocol"]["tuned"] = POINTS[0]
    declared = {"points": POINTS, "seeds": [0, 1], "select": "box_ap", "search_options": []}
    record["sweep"] = {
        "role": "chosen",
        "declared": {**declared, "select_data_options": []},
        "chosen": {"point": 1},
        "unit": "%",
        "tried": [
            *(run(1, 0, 40.0), run(1, 1, 41.0)),
            *(run(2, 0, 45.06), run(2, 1, None, "diverged"), run(3, 0, None, "failed")),
        ],
    }
    runs.put(record)
    runs.transfer("random", "ade20k", 0, miou=30.0)
    return build(runs.root, draw=False)


def test_every_setting_is_a_row_with_its_mean_and_its_end(searched: Any) -> None:
    table = searched.sections[0].tried
    assert [column.name for column in table.columns] == [
        *("method", "point", "drop path", "learning rate", "box AP", "outcome", "time")
    ]
    assert [row.texts for row in table.rows] == [
        ("MAE (pixels)", "1", "0", "1e-4", "40.5", "chosen", "60 s"),
        ("MAE (pixels)", "2", "0.1", "1e-4", "45.1", "1 finished, 1 diverged", "60 s"),
        ("MAE (pixels)", "3", "0", "4e-4", "–", "1 failed (RuntimeError), 1 not run", "30 s"),
    ]
    assert "Each of 3 settings with each of 2 seeds, for every method alike." in table.caption


def test_a_fixed_protocol_has_no_such_table(searched: Any) -> None:
    assert searched.sections[1].table.title.startswith("toy-scenes (ADE20K")
    assert searched.sections[1].tried is None


def test_every_format_shows_it(searched: Any) -> None:
    assert "| MAE (pixels) | 2 | 0.1 | 1e-4 | 45.1 |" in str(markdown(searched)["report.md"])
    assert "MAE (pixels) & 2 & 0.1" in str(latex(searched)["tables/demo-coco-search.tex"])
    page = str(html(searched)["index.html"])
    assert page.count("What the search tried") == 1
    assert "<td>1 finished, 1 diverged</td>" in page
    rows = list(
        csv.DictReader(io.StringIO(str(csv_files(searched)["tables/demo-coco-search.csv"])))
    )
    assert [(row["point"], row["seed"], row["score"]) for row in rows] == [
        *(("1", "0", "40.0"), ("1", "1", "41.0"), ("2", "0", "45.06")),
        *(("2", "1", ""), ("3", "0", "")),
    ]
    assert [row["chosen"] for row in rows] == ["True", "True", "False", "False", "False"]
