"""MaskFeat as released in SlowFast (https://arxiv.org/abs/2112.09133): a ViT without final norm."""

from backbones.checkpoints.families.family import PATCH_BIAS, POSITIONS, Family

NEEDS = (POSITIONS, PATCH_BIAS)
FAMILIES = (
    Family("MaskFeat", containers=("model_state",), also=("pred_head.*",), needs=NEEDS),
    Family("SlowFast ViT", containers=("model_state",)),
)
