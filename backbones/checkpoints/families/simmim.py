"""SimMIM (https://arxiv.org/abs/2111.09886): BEiT's ViT as `encoder`, a linear `decoder`."""

from backbones.checkpoints.families import beit
from backbones.checkpoints.families.family import ANY_POSITIONS, PATCH_BIAS, TIMM, Family
from backbones.checkpoints.families.source import IMAGENET, Traits

FAMILIES = tuple(
    Family(
        "SimMIM",
        marks,
        prefixes=("encoder.",),
        also=("decoder.0.weight",),
        beside=("decoder.*",),
        to_timm=beit.to_timm,
        needs=(ANY_POSITIONS, PATCH_BIAS),
        traits=Traits(normalisation=IMAGENET),
    )
    for marks in (beit.MARKS, TIMM)
)
