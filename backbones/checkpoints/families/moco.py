"""MoCo v3 (https://arxiv.org/abs/2104.02057): `base_encoder` beside its momentum copy.

Its ViT-S has 12 heads where everyone else's has 6.
"""

from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import IMAGENET, StateDict, Traits


def _traits(tensors: StateDict) -> Traits:
    width = next(len(t) for name, t in tensors.items() if name.endswith("patch_embed.proj.weight"))
    return Traits(num_heads=12 if width == 384 else None, normalisation=IMAGENET)


FAMILIES = (
    Family(
        "MoCo v3",
        prefixes=("base_encoder.",),
        beside=("momentum_encoder.*", "predictor.*"),
        traits_of=_traits,
    ),
)
