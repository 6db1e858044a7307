"""Pretraining: masking x encoder form x target, the supervised baseline, and their export.

Importing this registers every type the configs name. Run with `python -m pretrain CONFIG`.
"""

from backbones.pictures import dataset, normalise, sampler
from backbones.runs import loop, schedule
from backbones.shards import sampler as shard_sampler
from pretrain import accuracy, hooks, optimiser
from pretrain.model import MaskedImageModel, Reconstruction
from pretrain.supervised import SupervisedModel
from pretrain.targets import HOGTarget, PaletteTarget, PCATarget, PixelTarget, Target, TokenTarget
from pretrain.tokenizer_model import TokenizerModel
from pretrain.tokenizers import VQVAE, DalleTokenizer, Tokenizer

__all__ = [
    "VQVAE",
    "DalleTokenizer",
    "HOGTarget",
    "MaskedImageModel",
    "PCATarget",
    "PaletteTarget",
    "PixelTarget",
    "Reconstruction",
    "SupervisedModel",
    "Target",
    "TokenTarget",
    "Tokenizer",
    "TokenizerModel",
    "accuracy",
    "dataset",
    "hooks",
    "loop",
    "normalise",
    "optimiser",
    "sampler",
    "schedule",
    "shard_sampler",
]
