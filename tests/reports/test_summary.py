"""Means, spreads and paired differences against arithmetic done by hand."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.frame import results_frame
from reports.records.scan import scan
from reports.summary import over_seeds, paths_of, seeds_of, spread


@pytest.fixture
def coco(demo: Any) -> pd.DataFrame:
    return results_frame(scan(demo.root).records).query("task == 'coco'")


def test_mean_and_sample_deviation(coco: pd.DataFrame) -> None:
    stats = over_seeds(coco)
    found = stats["mae-pixel", "box_ap"]  # 20, 21, 25: mean 22, deviations -2, -1, 3
    assert found.mean == 22.0
    assert found.sd == pytest.approx(7**0.5)  # (4 + 1 + 9) / 2
    assert found.n == 3


def test_one_seed_has_no_deviation(coco: pd.DataFrame) -> None:
    found = over_seeds(coco)["supervised", "box_ap"]
    assert (found.mean, found.sd, found.n) == (15.0, None, 1)


def test_every_mean_knows_its_records_in_order_of_seed(coco: pd.DataFrame) -> None:
    assert paths_of(coco)["mae-pixel", "box_ap"] == tuple(
        f"demo/coco/mae-pixel/seed{seed}/result.json" for seed in range(3)
    )


def test_seeds_are_counted_once_each(coco: pd.DataFrame) -> None:
    assert seeds_of(coco) == {"random": 3, "mae-pixel": 3, "supervised": 1}


def test_a_seed_given_twice_is_refused(coco: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"seed 0 of mae-pixel has two values of box_ap"):
        over_seeds(pd.concat([coco, coco]))


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.floats(-50, 50))
def test_shifting_every_seed_moves_the_mean_and_not_the_spread(
    values: list[float], shift: float
) -> None:
    before, after = spread(values), spread([value + shift for value in values])
    assert after.mean == pytest.approx(before.mean + shift, abs=1e-9)
    assert after.sd == pytest.approx(before.sd, abs=1e-6)
