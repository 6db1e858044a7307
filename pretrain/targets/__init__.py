"""What a masked model predicts, one file a target; `target.py` is the interface."""

from pretrain.targets.pixel import PixelTarget
from pretrain.targets.target import Target

__all__ = ["PixelTarget", "Target"]
