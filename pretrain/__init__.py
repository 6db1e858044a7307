"""Pretraining: masking x encoder form x target, the supervised baseline, and their export.

Importing this registers every type the configs name. Run with `python -m pretrain CONFIG`.
"""

from pretrain import accuracy, data, hooks, normalise, optimiser, sampler, schedule
from pretrain.model import MaskedImageModel, Reconstruction
from pretrain.supervised import SupervisedModel
from pretrain.targets import PixelTarget, Target

__all__ = [
    "MaskedImageModel",
    "PixelTarget",
    "Reconstruction",
    "SupervisedModel",
    "Target",
    "accuracy",
    "data",
    "hooks",
    "normalise",
    "optimiser",
    "sampler",
    "schedule",
]
