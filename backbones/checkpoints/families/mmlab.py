"""mmpretrain's, mmsegmentation's and mmdetection's layouts.

The names of mmpretrain/models/backbones/{vision_transformer,beit}.py and of mmsegmentation's MAE,
BEiT and VisionTransformer, which wraps `nn.MultiheadAttention`. mmpretrain's fine-tuned BEiT has
its norm after pooling, as `ln2`.
"""

from backbones.checkpoints.families import beit
from backbones.checkpoints.families.family import ANY_POSITIONS, Family
from backbones.checkpoints.families.source import StateDict, renamed

MARKS = ("patch_embed.projection.weight", "layers.0.ffn.layers.0.0.weight")
RULES = (
    (r"^patch_embed\.projection\.", "patch_embed.proj."),
    (r"^layers\.", "blocks."),
    (r"^(blocks\.\d+)\.ln([12])\.", r"\1.norm\2."),
    (r"\.attn\.gamma1\.weight$", ".ls1.gamma"),
    (r"\.ffn\.gamma2\.weight$", ".ls2.gamma"),
    (r"\.ffn\.layers\.0\.0\.", ".mlp.fc1."),
    (r"\.ffn\.layers\.1\.", ".mlp.fc2."),
    (r"\.attn\.attn\.in_proj_(weight|bias)$", r".attn.qkv.\1"),
    (r"\.attn\.attn\.out_proj\.", ".attn.proj."),
    (r"^ln1\.", "norm."),
    (r"^ln2\.", "fc_norm."),
)
BESIDE = (
    *("neck.*", "head.*", "decode_head.*", "auxiliary_head.*", "rpn_head.*", "roi_head.*"),
    *("bbox_head.*", "mask_head.*", "target_generator.*", "teacher.*", "data_preprocessor.*"),
)


def to_timm(tensors: StateDict) -> StateDict:
    return beit.to_timm(renamed(tensors, RULES))


FAMILIES = (
    Family(
        "mmpretrain or mmseg",
        MARKS,
        prefixes=("backbone.", ""),
        beside=BESIDE,
        to_timm=to_timm,
        needs=(ANY_POSITIONS,),
    ),
)
