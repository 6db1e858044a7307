"""CLIP image towers (https://arxiv.org/abs/2103.00020), OpenAI's and OpenCLIP's.

A norm before the blocks, no bias on the patches, pictures normalised their own way. OpenAI's use
quick-GELU; of OpenCLIP's some do, and no file says so.
"""

from backbones.checkpoints.families.family import NORM, POSITIONS, Family
from backbones.checkpoints.families.source import CLIP, StateDict, Traits, renamed

MARKS = ("conv1.weight", "transformer.resblocks.0.attn.in_proj_weight")
NEEDS = (POSITIONS, ("norm_pre.weight",), NORM)
RULES = (
    (r"^conv1\.", "patch_embed.proj."),
    (r"^class_embedding$", "cls_token"),
    (r"^positional_embedding$", "pos_embed"),
    (r"^ln_pre\.", "norm_pre."),
    (r"^ln_post\.", "norm."),
    (r"^transformer\.resblocks\.", "blocks."),
    (r"\.ln_([12])\.", r".norm\1."),
    (r"\.in_proj_(weight|bias)$", r".qkv.\1"),
    (r"\.out_proj\.", ".proj."),
    (r"\.c_fc\.", ".fc1."),
    (r"\.c_proj\.", ".fc2."),
    (r"\.ls_([12])\.gamma$", r".ls\1.gamma"),
)
TEXT = (
    *("positional_embedding", "text_projection", "logit_scale", "logit_bias", "token_embedding.*"),
    *("transformer.*", "ln_final.*", "text.*"),
    *("input_resolution", "context_length", "vocab_size"),
)


def to_timm(tensors: StateDict) -> StateDict:
    """The image tower under our names; `proj`, into the space shared with text, is a head."""
    tower = renamed(tensors, RULES)
    return {
        **tower,
        "cls_token": tower["cls_token"].reshape(1, 1, -1),
        "pos_embed": tower["pos_embed"][None],
    }


def _family(name: str, act: str | None, also: tuple[str, ...]) -> Family:
    return Family(
        name,
        MARKS,
        prefixes=("visual.",),
        also=also,
        beside=TEXT,
        to_timm=to_timm,
        needs=NEEDS,
        traits=Traits(act=act, norm_eps=1e-5, normalisation=CLIP),
    )


FAMILIES = (
    _family("OpenAI CLIP", "quick-gelu", ("input_resolution", "context_length", "vocab_size")),
    _family("OpenCLIP", None, ()),
)
