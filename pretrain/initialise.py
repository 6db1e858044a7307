"""Starting weights of MAE (https://arxiv.org/abs/2111.06377, appendix A.1, and its released code).

Runs once, when the model is built. The method is not called `init_weights`: MMEngine calls that
name on every child at the start of a run and would undo weights loaded before.
"""

import torch
from torch import nn

from backbones.positions import sincos_2d
from backbones.vit import PlainViT


def xavier(module: nn.Module) -> None:
    """Xavier-uniform weights and zero biases in every linear layer below `module`."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def start_encoder(encoder: PlainViT) -> None:
    """Xavier blocks, the patch embedding as the linear layer it is, fixed sin-cos positions."""
    xavier(encoder)
    projection = encoder.patch_embed.proj
    nn.init.xavier_uniform_(projection.weight.view(len(projection.weight), -1))  # [D, P]
    nn.init.zeros_(projection.bias)
    nn.init.normal_(encoder.cls_token, std=0.02)
    with torch.no_grad():
        encoder.pos_embed.copy_(sincos_2d(encoder.grid, encoder.embed_dims))
    encoder.pos_embed.requires_grad_(False)
