"""From encoded tokens to features of every patch, from which a target is predicted.

`Decoder` is MAE's (arXiv 2111.06377, section 3): hidden patches are mask tokens at their places.
`LinearHead` predicts straight from an encoder that saw the mask tokens itself, as BEiT, SimMIM and
MaskFeat do. Used in pretraining only; parameters are named as in the official full checkpoints.

Shapes: N images, L patches, K visible patches, D encoder width, E decoder width, P values a patch.
"""

import torch
from torch import Tensor, nn

from backbones.block import Block
from backbones.positions import sincos_2d
from pretrain.masking import take


class Decoder(nn.Module):
    """A Transformer. `mask_token=False` where the encoder's tokens are complete already."""

    def __init__(
        self,
        encoder_dims: int,
        grid: tuple[int, int],
        width: int,
        *,
        embed_dims: int = 512,
        depth: int = 8,
        num_heads: int = 16,
        mlp_ratio: float = 4.0,
        mask_token: bool = True,
    ) -> None:
        super().__init__()
        if embed_dims % num_heads:
            raise ValueError(
                f"decoder width {embed_dims} does not split into {num_heads} heads; change "
                "decoder.embed_dims or decoder.num_heads"
            )
        self.decoder_embed = nn.Linear(encoder_dims, embed_dims)
        if mask_token:
            self.mask_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        positions = sincos_2d(grid, embed_dims)
        self.decoder_pos_embed = nn.Parameter(positions, requires_grad=False)
        self.decoder_blocks = nn.ModuleList(
            Block(embed_dims, num_heads, mlp_ratio=mlp_ratio) for _ in range(depth)
        )
        self.decoder_norm = nn.LayerNorm(embed_dims, eps=1e-6)
        self.decoder_pred = nn.Linear(embed_dims, width)

    def forward(self, tokens: Tensor, restore: Tensor) -> Tensor:
        """Class token and visible (or all) patches `[N, 1 + K, D]` to features `[N, L, E]`."""
        x = self.decoder_embed(tokens)  # [N, 1 + K, E]
        if "mask_token" in self._parameters:
            N, L = restore.shape
            hidden = self.mask_token.to(x.dtype).expand(N, L + 1 - x.shape[1], -1)
            patches = take(torch.cat([x[:, 1:], hidden], dim=1), restore)  # [N, L, E], in place
            x = torch.cat([x[:, :1], patches], dim=1)  # [N, 1 + L, E]
        x = x + self.decoder_pos_embed
        for block in self.decoder_blocks:
            x = block(x)
        features: Tensor = x[:, 1:]
        return features

    def predict(self, features: Tensor) -> Tensor:
        """Features `[…, E]` of any patches to predictions `[…, P]`."""
        return self.decoder_pred(self.decoder_norm(features))


class LinearHead(nn.Module):
    """One linear layer on the encoder's (normalised) output."""

    def __init__(self, encoder_dims: int, width: int) -> None:
        super().__init__()
        self.decoder_pred = nn.Linear(encoder_dims, width)

    def forward(self, tokens: Tensor, restore: Tensor) -> Tensor:
        """Class token and all patches `[N, 1 + L, D]` to the patches alone `[N, L, D]`."""
        return tokens[:, 1:]

    def predict(self, features: Tensor) -> Tensor:
        """Features `[…, D]` of any patches to predictions `[…, P]`."""
        return self.decoder_pred(features)
