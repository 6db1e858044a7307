"""BEiT, BEiT v2 (https://arxiv.org/abs/2106.08254, 2208.06366) and what is built on their code.

One relative-position table for all blocks (pretrained) or one a block (fine-tuned), LayerScale as
`gamma_1` / `gamma_2`, and biases for queries and values only. BEiT was trained on pictures
normalised with 0.5, BEiT v2 with ImageNet's mean; the fine-tuned files do not tell which they are.
"""

import torch

from backbones.checkpoints.families.family import ANY_POSITIONS, NORM, PATCH_BIAS, Family
from backbones.checkpoints.families.source import IMAGENET, StateDict, Traits, renamed

MARKS = ("patch_embed.proj.weight", "blocks.0.attn.q_bias")
NEEDS = (ANY_POSITIONS, PATCH_BIAS, NORM)
RULES = (
    (r"^rel_pos_bias\.", "rel_pos_global."),
    (r"\.gamma_([12])$", r".ls\1.gamma"),
)


def to_timm(tensors: StateDict) -> StateDict:
    """The tensors under our names; indices into the tables are rebuilt, not loaded.

    Raises:
        ValueError: for a query bias without its value bias.
    """
    kept = {k: v for k, v in tensors.items() if not k.endswith("relative_position_index")}
    for name in [name for name in kept if name.endswith("attn.q_bias")]:
        stem = name.removesuffix("q_bias")
        if f"{stem}v_bias" not in kept:
            raise ValueError(f"{name} has no {stem}v_bias beside it; the checkpoint is incomplete")
        q, v = kept.pop(name), kept.pop(f"{stem}v_bias")
        kept[f"{stem}qkv.bias"] = torch.cat([q, torch.zeros_like(q), v])
    return renamed(kept, RULES)


FAMILIES = (
    Family(
        "BEiT v2",
        MARKS,
        also=("cls_pt_layers.*",),
        to_timm=to_timm,
        needs=NEEDS,
        traits=Traits(normalisation=IMAGENET),
    ),
    Family("BEiT, BEiT v2 or PeCo", MARKS, to_timm=to_timm, needs=NEEDS),
)
