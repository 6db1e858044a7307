"""Region proposals in float32 under autocast: mmcv's NMS has no bfloat16 kernel on a CPU.

Shapes: N images, A anchors a place, h x w a level's grid.
"""

from collections.abc import Sequence
from typing import Any

from mmdet.models.dense_heads import RPNHead
from mmengine.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class Float32RPNHead(RPNHead):
    """Scores `[N, A, h, w]` and offsets `[N, 4 A, h, w]` of each level to proposals in float32."""

    def predict_by_feat(
        self, cls_scores: Sequence[Tensor], bbox_preds: Sequence[Tensor], *args: Any, **kwargs: Any
    ) -> Any:
        scores, offsets = [s.float() for s in cls_scores], [b.float() for b in bbox_preds]
        return super().predict_by_feat(scores, offsets, *args, **kwargs)
