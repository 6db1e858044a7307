"""Top-1 in percent."""

import pytest

from pretrain.accuracy import TopOne


def test_top1_counts_over_batches() -> None:
    metric = TopOne()
    metric.process(None, [{"correct": True}, {"correct": False}])
    metric.process(None, [{"correct": True}])
    assert metric.evaluate(3)["top1"] == pytest.approx(200 / 3)
