"""RoIAlign in float32 under autocast: mmcv has no bfloat16 kernel for it.

Shapes: N images, K regions, C channels, s side of a region's grid.
"""

from collections.abc import Sequence

from mmdet.models.roi_heads.roi_extractors import SingleRoIExtractor
from mmengine.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class Float32RoIExtractor(SingleRoIExtractor):
    """Maps `[N, C, H, W]` and regions `[K, 5]` to `[K, C, s, s]` in float32."""

    def forward(
        self, feats: Sequence[Tensor], rois: Tensor, roi_scale_factor: float | None = None
    ) -> Tensor:
        maps = tuple(feat.float() for feat in feats)
        return super().forward(maps, rois.float(), roi_scale_factor)
