"""MAE's decoder: hidden patches are mask tokens at their places (arXiv 2111.06377, section 3).

Used in pretraining only. Parameter names are those of the official full checkpoints.

Shapes: N images, L patches, K visible patches, D encoder width, E decoder width, P values a patch.
"""

import torch
from torch import Tensor, nn

from backbones.block import Block
from backbones.positions import sincos_2d
from pretrain.masking import take


class Decoder(nn.Module):
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
    ) -> None:
        super().__init__()
        if embed_dims % num_heads:
            raise ValueError(
                f"decoder width {embed_dims} does not split into {num_heads} heads; change "
                "decoder.embed_dims or decoder.num_heads"
            )
        self.decoder_embed = nn.Linear(encoder_dims, embed_dims)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, embed_dims))
        positions = sincos_2d(grid, embed_dims)
        self.decoder_pos_embed = nn.Parameter(positions, requires_grad=False)
        self.decoder_blocks = nn.ModuleList(
            Block(embed_dims, num_heads, mlp_ratio=mlp_ratio) for _ in range(depth)
        )
        self.decoder_norm = nn.LayerNorm(embed_dims, eps=1e-6)
        self.decoder_pred = nn.Linear(embed_dims, width)

    def forward(self, tokens: Tensor, restore: Tensor) -> Tensor:
        """Class token and visible patches `[N, 1 + K, D]` to predictions `[N, L, P]`."""
        x = self.decoder_embed(tokens)  # [N, 1 + K, E]
        N, L = restore.shape
        hidden = self.mask_token.to(x.dtype).expand(N, L + 1 - x.shape[1], -1)
        patches = take(torch.cat([x[:, 1:], hidden], dim=1), restore)  # [N, L, E], in place
        x = torch.cat([x[:, :1], patches], dim=1) + self.decoder_pos_embed  # [N, 1 + L, E]
        for block in self.decoder_blocks:
            x = block(x)
        return self.decoder_pred(self.decoder_norm(x[:, 1:]))  # [N, L, P]
