"""What happens around the steps of a pretraining run, one file a hook."""

from backbones.runs.divergence import StopOnDivergence
from pretrain.hooks.codebook import CodebookUsage
from pretrain.hooks.ema import StepEMA
from pretrain.hooks.figure import ReconstructionFigure
from pretrain.hooks.fit import FitTarget
from pretrain.hooks.record import PretrainRecord
from pretrain.hooks.reseed import Reseed
from pretrain.hooks.skipped import SkippedPictures
from pretrain.hooks.throughput import Throughput

__all__ = [
    "CodebookUsage",
    "FitTarget",
    "PretrainRecord",
    "ReconstructionFigure",
    "Reseed",
    "SkippedPictures",
    "StepEMA",
    "StopOnDivergence",
    "Throughput",
]
