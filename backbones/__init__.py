"""The ViT everyone shares, its necks and optimiser rules, and how any checkpoint gets into it.

`custom_imports=dict(imports=['backbones'])` registers everything in MMEngine's root registries, so
the names resolve under MMDetection and MMSegmentation alike.
"""

from backbones.checkpoints import LoadReport, ViTCheckpoint
from backbones.classifier import ViTClassifier
from backbones.layer_decay import LayerDecayOptimWrapperConstructor
from backbones.pyramids import MultiLevelPyramid, SimpleFeaturePyramid
from backbones.vit import PlainViT

__all__ = [
    "LayerDecayOptimWrapperConstructor",
    "LoadReport",
    "MultiLevelPyramid",
    "PlainViT",
    "SimpleFeaturePyramid",
    "ViTCheckpoint",
    "ViTClassifier",
]
