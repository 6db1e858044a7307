"""The reference backbones, built to the measure of a `PlainViT` and given its weights.

Both return what `PlainViT` returns: one map `[N, D, gh, gw]` per out index.
"""

import re
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from backbones import PlainViT


def mmseg_mae(vit: PlainViT) -> nn.Module:
    """MMSegmentation's `MAE`: global attention, a relative-position table in every block.

    Raises:
        ValueError: where `vit` is no such backbone.
    """
    from mmseg.models.backbones import MAE

    _demand(vit, "table", "MMSegmentation's MAE", windowed=False)
    side = vit.patch_size
    return MAE(
        img_size=(vit.grid[0] * side, vit.grid[1] * side),
        patch_size=side,
        embed_dims=vit.embed_dims,
        num_layers=vit.depth,
        num_heads=vit.num_heads,
        init_values=1.0,
        out_indices=list(vit.out_indices),
        norm_cfg=dict(type="LN", eps=1e-6),
    )


class SamViT(nn.Module):
    """timm's windowed ViT of Segment Anything without its neck, which is ViTDet's backbone.

    Raises:
        ValueError: where `vit` is no such backbone.
    """

    def __init__(self, vit: PlainViT) -> None:
        from timm.models.vision_transformer_sam import VisionTransformerSAM

        super().__init__()
        _demand(vit, "decomposed", "timm's SAM ViT", windowed=True)
        self.out_indices = list(vit.out_indices)
        self.vit = VisionTransformerSAM(
            img_size=vit.grid[0] * vit.patch_size,
            patch_size=vit.patch_size,
            embed_dim=vit.embed_dims,
            depth=vit.depth,
            num_heads=vit.num_heads,
            num_classes=0,
            norm_layer=partial(nn.LayerNorm, eps=1e-6),
            use_rel_pos=True,
            window_size=vit.window_size,
            global_attn_indexes=tuple(vit.global_blocks),
            neck_chans=0,
        )
        self.vit.neck = nn.Identity()

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        options = dict(indices=self.out_indices, norm=False, intermediates_only=True)
        return tuple(self.vit.forward_intermediates(images, **options))


def _demand(vit: PlainViT, rel_pos: str, name: str, *, windowed: bool) -> None:
    found = vit.blocks.get_submodule("0.attn").rel_pos
    if found != rel_pos or bool(vit.window_size) != windowed or isinstance(vit.norm, nn.LayerNorm):
        raise ValueError(
            f"{name} has rel_pos={rel_pos!r}, {'windows' if windowed else 'no windows'} and no "
            f"final norm; the config's backbone has rel_pos={found!r}, "
            f"window_size={vit.window_size} and {vit.norm}"
        )


def copy_weights(vit: PlainViT, reference: nn.Module) -> None:
    """Every parameter of `vit` into `reference`, none left over on either side."""
    rename = sam_name if isinstance(reference, SamViT) else mmseg_name
    ours = vit.state_dict()
    tensors = {}
    for name, tensor in reference.state_dict().items():
        if name.endswith("relative_position_index"):
            tensors[name] = tensor
        else:
            tensors[name] = ours.pop(rename(name)).reshape(tensor.shape)
    if ours:
        raise ValueError(f"{type(reference).__name__} has no place for {', '.join(ours)}")
    reference.load_state_dict(tensors, strict=True)


def mmseg_name(name: str) -> str:
    """Our name of one of MMSegmentation's parameters."""
    name = name.replace("patch_embed.projection", "patch_embed.proj")
    name = re.sub(r"^layers\.", "blocks.", name)
    name = name.replace("ffn.layers.0.0", "mlp.fc1").replace("ffn.layers.1", "mlp.fc2")
    name = re.sub(r"\.ln([12])\.", r".norm\1.", name)
    return re.sub(r"\.gamma_([12])$", r".ls\1.gamma", name)


def sam_name(name: str) -> str:
    return name.removeprefix("vit.")


REFERENCES: dict[str, Callable[[PlainViT], nn.Module]] = {
    "segmentation": mmseg_mae,
    "detection": SamViT,
}


@torch.no_grad()
def fill(model: nn.Module) -> None:
    """Noise in every parameter, so that none is compared at zero; positions large enough to count.

    The same noise for the same names and shapes.
    """
    generator = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        std = 0.5 if "relative_position" in name or "rel_pos" in name else 0.02
        parameter.add_(std * torch.randn(parameter.shape, generator=generator))
