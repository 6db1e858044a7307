"""What happens around the steps of a pretraining run, one file a hook."""

from backbones.runs.divergence import StopOnDivergence
from backbones.runs.pending import PendingLosses
from backbones.runs.reseed import Reseed
from backbones.runs.skipped import SkippedPictures
from backbones.runs.throughput import Throughput
from pretrain.hooks.codebook import CodebookUsage
from pretrain.hooks.compiled import CompileModel
from pretrain.hooks.ema import StepEMA
from pretrain.hooks.figure import ReconstructionFigure
from pretrain.hooks.fit import FitTarget
from pretrain.hooks.record import PretrainRecord

__all__ = [
    "CodebookUsage",
    "CompileModel",
    "FitTarget",
    "PendingLosses",
    "PretrainRecord",
    "ReconstructionFigure",
    "Reseed",
    "SkippedPictures",
    "StepEMA",
    "StopOnDivergence",
    "Throughput",
]
