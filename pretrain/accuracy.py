"""Share of pictures whose most likely class is the right one."""

from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from mmengine.registry import METRICS


@METRICS.register_module()
class TopOne(BaseMetric):
    """Accuracy in percent, as `top1`, from a model's `{"correct": bool}` samples."""

    def process(self, data_batch: Any, data_samples: Sequence[dict[str, Any]]) -> None:
        self.results.extend(sample["correct"] for sample in data_samples)

    def compute_metrics(self, results: list[bool]) -> dict[str, float]:
        return {"top1": 100 * sum(results) / len(results)}
