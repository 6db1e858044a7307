"""CAE (https://arxiv.org/abs/2202.03026): BEiT's ViT with absolute positions, in `encoder`.

Beside it lie the teacher, the regressor and the decoder. Its ViT-S has 12 heads.
"""

from backbones.checkpoints.families import beit
from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import StateDict, Traits


def _traits(tensors: StateDict) -> Traits:
    width = len(tensors["encoder.patch_embed.proj.weight"])
    return Traits(num_heads=12 if width == 384 else None)


FAMILIES = (
    Family(
        "CAE",
        beit.MARKS,
        prefixes=("encoder.",),
        also=("pretext_neck.*",),
        beside=("teacher.*", "pretext_neck.*", "encoder_to_decoder*", "mask_token"),
        to_timm=beit.to_timm,
        traits_of=_traits,
    ),
)
