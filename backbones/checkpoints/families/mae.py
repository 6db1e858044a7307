"""MAE as released (https://arxiv.org/abs/2111.06377): encoder, with decoder, fine-tuned.

The released files keep everything under `model`, which tells them from timm's flat ones.
"""

from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import IMAGENET, Traits

TRAITS = Traits(normalisation=IMAGENET)
FAMILIES = (
    Family("MAE with decoder", also=("decoder_embed.weight",), traits=TRAITS),
    Family("MAE fine-tuned", containers=("model",), also=("fc_norm.weight",), traits=TRAITS),
)
