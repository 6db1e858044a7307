"""Getting a public checkpoint into the backbone: completely, or not at all."""

from backbones.checkpoints.initializer import ViTCheckpoint
from backbones.checkpoints.report import LoadReport

__all__ = ["LoadReport", "ViTCheckpoint"]
