"""Scores to the classes an accuracy looks at.

Shapes: N images, C classes.
"""

from torch import Tensor

DEPTH = 5  # top-5 is as far as anyone looks

Ranked = dict[str, list[int]]  # a suffix of the metric's name to classes, the best first


def best_classes(scores: Tensor) -> list[dict[str, Ranked]]:
    """Each row of `[N, C]` as its five best classes, in the form `RecordingAccuracy` takes."""
    ranked = scores.float().topk(min(DEPTH, scores.shape[1])).indices  # [N, 5]
    return [{"ranked": {"": row}} for row in ranked.tolist()]
