"""`norm_cfg=dict(type='LN2d')`: LayerNorm over the channels of a map, for ViTDet's heads."""

from mmengine.registry import MODELS
from timm.layers import LayerNorm2d

MODELS.register_module("LN2d", module=LayerNorm2d)
