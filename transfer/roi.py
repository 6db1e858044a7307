"""RoIAlign on what its kernels can read: mmcv has none for bfloat16, and none heeds strides.

Its kernels take every map for a contiguous one, without a word, and mix up channels and places of
others (https://github.com/open-mmlab/mmcv/issues/2203). ViTDet's pyramid ends in a LayerNorm over
channels, whose maps are channels-last.

Shapes: N images, K regions, C channels, s side of a region's grid.
"""

from collections.abc import Sequence

from mmdet.models.roi_heads.roi_extractors import SingleRoIExtractor
from mmengine.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class Float32RoIExtractor(SingleRoIExtractor):
    """Maps `[N, C, H, W]` of any strides and regions `[K, 5]` to `[K, C, s, s]` in float32."""

    def forward(
        self, feats: Sequence[Tensor], rois: Tensor, roi_scale_factor: float | None = None
    ) -> Tensor:
        maps = tuple(feat.float().contiguous() for feat in feats)
        return super().forward(maps, rois.float(), roi_scale_factor)
