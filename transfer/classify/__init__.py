"""ImageNet protocols: fine-tuning, linear probing, partial fine-tuning, nearest neighbours.

`python -m transfer.classify CONFIG --work-dir DIR`. Importing this registers all the configs name.
"""

from backbones.pictures.dataset import Pictures
from backbones.pictures.normalise import NormalisePictures
from backbones.pictures.sampler import EpochSampler
from backbones.runs.reseed import Reseed
from backbones.runs.schedule import WarmupLR
from backbones.runs.skipped import SkippedPictures
from backbones.runs.throughput import Throughput
from transfer.amp import AutocastOptimWrapper
from transfer.classify.finetune import FineTunedViT
from transfer.classify.knn import NearestNeighbours
from transfer.classify.lars import LARS
from transfer.classify.linear import LinearProbe
from transfer.classify.loop import FeatureBankLoop
from transfer.hooks.record import TransferRecordHook
from transfer.metrics.accuracy import RecordingAccuracy
from transfer.runner import TransferRunner

__all__ = [
    "LARS",
    "AutocastOptimWrapper",
    "EpochSampler",
    "FeatureBankLoop",
    "FineTunedViT",
    "LinearProbe",
    "NearestNeighbours",
    "NormalisePictures",
    "Pictures",
    "RecordingAccuracy",
    "Reseed",
    "SkippedPictures",
    "Throughput",
    "TransferRecordHook",
    "TransferRunner",
    "WarmupLR",
]
