"""timm's own names: DeiT, AugReg and other supervised ViTs, and encoders saved under them.

Facebook's files (DeiT, MAE, MoCo-style dumps) keep the tensors under `model` and use ImageNet's
mean; timm's flat files do not say theirs (AugReg's is 0.5, DeiT's is ImageNet's).
"""

import torch

from backbones.checkpoints.families import clip
from backbones.checkpoints.families.family import Family
from backbones.checkpoints.families.source import IMAGENET, StateDict, Traits


def without_distillation(tensors: StateDict) -> StateDict:
    """Positions of the class token and the patches; the distillation token's row is between."""
    positions = tensors["pos_embed"]  # [1, 2 + L, D]
    return {**tensors, "pos_embed": torch.cat([positions[:, :1], positions[:, 2:]], dim=1)}


FACEBOOK = Traits(normalisation=IMAGENET)
FAMILIES = (
    Family(
        "distilled DeiT",
        containers=("model",),
        also=("dist_token", "pos_embed"),
        to_timm=without_distillation,
        traits=FACEBOOK,
    ),
    Family("distilled DeiT (timm)", also=("dist_token", "pos_embed"), to_timm=without_distillation),
    # CLIP image towers in timm's names: nothing says which GELU they were trained with
    Family(
        "CLIP (timm)",
        also=("norm_pre.weight",),
        needs=clip.NEEDS,
        traits=Traits(act=None, norm_eps=1e-5),
    ),
    Family("DeiT", containers=("model",), also=("head.weight",), traits=FACEBOOK),
    Family("MAE encoder", containers=("model",), traits=FACEBOOK),
    Family("timm classifier", also=("head.weight",)),
    Family("plain ViT encoder (timm, DINO, iBOT names)"),
)
