"""Suites to read, in the project's folder."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _project_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def searched() -> Any:
    """The demo of a search, with its entry for COCO and anything else replaced."""

    def content(coco: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        file = ROOT / "transfer/suites/demo_sweep.yaml"
        found: dict[str, Any] = yaml.safe_load(file.read_text())
        if coco is not None:
            found["sweep"] = {"coco": coco}
        return {**found, **changes}

    return content
