"""Variants have the very settings that a published number was trained with."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from mmengine.config import Config

from reports.published import Published, published_numbers
from reports.settings import from_options
from transfer.recipe import CONFIGS, protocol
from transfer.schedule import follow_schedule

VARIANTS = sorted(
    path
    for path in CONFIGS.rglob("*.py")
    if path.parent.name != "_base_" and "variant_of" in path.read_text()
)
TUNED = [row for row in published_numbers() if row.settings]


def as_run(path: Path) -> dict[str, Any]:
    return protocol(SimpleNamespace(cfg=Config.fromfile(path), world_size=8))


@pytest.mark.parametrize("path", VARIANTS, ids=lambda path: path.stem)
def test_on_eight_devices_a_variant_differs_in_its_own_settings_only(path: Path) -> None:
    found = as_run(path)
    assert found["tuned"]
    assert found["changed"] == {}
    assert found["sha256"] == found["shipped_sha256"]


@pytest.mark.parametrize("row", TUNED, ids=lambda row: f"{row.protocol}-{row.method}-{row.metric}")
def test_a_number_with_settings_of_its_own_has_a_variant_that_trains_them(row: Published) -> None:
    found = [as_run(path) for path in VARIANTS if path.stem.endswith(f"_{row.method}")]
    settings = [variant["tuned"] for variant in found if variant["name"] == row.protocol]
    assert settings == [json.loads(from_options(row.settings))]
    assert row.stands_beside({from_options(row.settings)})


def test_the_paper_suite_trains_random_init_as_its_number_was_published() -> None:
    suite = yaml.safe_load((CONFIGS.parent / "suites/paper.yaml").read_text())
    options = [o.split("=") for o in suite["methods"]["random"]["transfer_options"]["coco"]]
    config = Config.fromfile(CONFIGS.parents[1] / suite["tasks"]["coco"]["config"])
    config.merge_from_dict({key: json.loads(value) for key, value in options})
    config.cell["tuned"] = [key for key, _ in options]  # as the Snakefile does
    follow_schedule(config, 8)
    found = protocol(SimpleNamespace(cfg=config, world_size=8))
    (row,) = [r for r in TUNED if (r.protocol, r.method) == (found["name"], "random")]
    assert found["tuned"] == json.loads(from_options(row.settings))
