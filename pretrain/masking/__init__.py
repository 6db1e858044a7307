"""Which patches a masked model hides, one file a kind; `sampler.py` is the interface."""

from pretrain.masking.arrange import Masking, keep_smallest, kept, take
from pretrain.masking.block import BlockMask
from pretrain.masking.fixed import CentreMask, GridMask
from pretrain.masking.random import RandomMask, SquareMask
from pretrain.masking.sampler import MaskSampler

__all__ = [
    "BlockMask",
    "CentreMask",
    "GridMask",
    "MaskSampler",
    "Masking",
    "RandomMask",
    "SquareMask",
    "keep_smallest",
    "kept",
    "take",
]
