"""DINOv2 (https://arxiv.org/abs/2304.07193) and its registers (https://arxiv.org/abs/2309.16588).

Its giant has SwiGLU blocks, which `PlainViT` has not.
"""

from backbones.checkpoints.families.family import TIMM, Family
from backbones.checkpoints.families.source import IMAGENET, StateDict, Traits, renamed

RULES = (
    (r"^register_tokens$", "reg_token"),
    (r"^blocks\.\d+\.(\d+)\.", r"blocks.\1."),  # blocks saved in chunks while training
)


def to_timm(tensors: StateDict) -> StateDict:
    if any(".mlp.w12." in name for name in tensors):
        raise ValueError("the checkpoint has SwiGLU blocks (DINOv2's giant), not supported here")
    return renamed(tensors, RULES)


TRAITS = Traits(normalisation=IMAGENET)
CHUNKED = ("patch_embed.proj.weight", "blocks.0.0.attn.qkv.weight")
FAMILIES = (
    Family("DINOv2", also=("blocks.0.ls1.gamma", "mask_token"), to_timm=to_timm, traits=TRAITS),
    Family("DINOv2", also=("register_tokens",), to_timm=to_timm, traits=TRAITS),
    Family("DINOv2 (timm)", also=("reg_token",), to_timm=to_timm),
    *(
        Family(
            "DINOv2 teacher",
            marks=marks,
            prefixes=("teacher.backbone.",),
            beside=("student.*", "teacher.*", "dino_loss.*", "ibot_patch_loss.*"),
            to_timm=to_timm,
            traits=TRAITS,
        )
        for marks in (TIMM, CHUNKED)
    ),
)
