"""What a masked model predicts, one file a target; `target.py` is the interface."""

from pretrain.targets.hog import HOGTarget
from pretrain.targets.palette import PaletteTarget
from pretrain.targets.pca import PCATarget
from pretrain.targets.pixel import PixelTarget
from pretrain.targets.target import FittedTarget, Target
from pretrain.targets.token import TokenTarget

__all__ = [
    "FittedTarget",
    "HOGTarget",
    "PCATarget",
    "PaletteTarget",
    "PixelTarget",
    "Target",
    "TokenTarget",
]
