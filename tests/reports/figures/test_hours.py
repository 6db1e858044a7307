"""What is counted as a method's hours, and what is said about the rest."""

from typing import Any

import pandas as pd
import pytest

from reports.comparisons import Comparison
from reports.figures.hours import Hours, hours_of

METHODS = ("random", "supervised", "mae-pixel")


def pretraining(method: str, hours: float, **changes: object) -> dict[str, Any]:
    run = {"kind": "pretrain", "suite": "demo", "method": method, "arch": "", "target": "pixel"}
    return run | {
        "protocol_sha256": "y",
        "wall_seconds": hours * 3600,
        "path": f"p/{method}/{hours}",
        "metric": "loss",
        "value": 1.0,
        **changes,
    }


def count(group: Comparison, *runs: dict[str, Any]) -> Hours:
    return hours_of(group, pd.concat([group.results, pd.DataFrame(runs)], ignore_index=True))


@pytest.fixture
def group(comparison: Any) -> Comparison:
    """Two seeds of 1 and 3 hours each."""
    found: Comparison = comparison(METHODS, seeds=2)
    found.results["wall_seconds"] = found.results["seed"].map({0: 3600.0, 1: 3 * 3600.0})
    return found


def test_the_mean_seed_and_the_pretraining_before_it(group: Comparison) -> None:
    found = count(group, pretraining("mae-pixel", 10))
    assert found.known == {
        "random": (2.0, True),  # needs none
        "supervised": (2.0, False),  # had some, for how long is unknown
        "mae-pixel": (12.0, True),
    }
    assert not found.by_device
    assert found.not_counted == ()


def test_hours_of_all_devices_where_every_run_says_how_many(group: Comparison) -> None:
    group.results["devices"] = 2
    known = count(group, pretraining("mae-pixel", 10, devices=8)).known
    assert known["mae-pixel"] == (84.0, True)
    assert known["random"] == (4.0, True)
    clock = count(group, pretraining("mae-pixel", 10, devices=None))
    assert not clock.by_device
    assert clock.known["mae-pixel"] == (12.0, True)


def test_pretraining_of_this_suite_before_that_of_none_and_never_of_another(
    group: Comparison,
) -> None:
    own, none = pretraining("mae-pixel", 10), pretraining("mae-pixel", 20, suite="")
    other = pretraining("mae-pixel", 30, suite="other")
    assert count(group, own, none, other).known["mae-pixel"][0] == 12
    assert count(group, none, other).known["mae-pixel"][0] == 22
    assert count(group, other).known["mae-pixel"] == (2.0, False)


def test_unclear_which_pretraining_is_unknown(group: Comparison) -> None:
    two = pretraining("mae-pixel", 10), pretraining("mae-pixel", 99, protocol_sha256="z")
    assert count(group, *two).known["mae-pixel"] == (2.0, False)
    large = pretraining("mae-pixel", 99, arch="large")
    assert count(group, pretraining("mae-pixel", 10), large).known["mae-pixel"][0] == 12


def test_a_run_without_a_time_is_left_out(group: Comparison) -> None:
    group.results.loc[group.results["method"] == "random", "wall_seconds"] = None
    assert set(count(group, pretraining("mae-pixel", 10)).known) == {"supervised", "mae-pixel"}


def test_what_is_not_counted_is_said(group: Comparison) -> None:
    group.key["sweep"] = "best of 3"
    assert count(group, pretraining("vq", 1, target="codebook")).not_counted == (
        "Training the codebook of a token target is not counted.",
        "The other runs of the search are not counted.",
    )
