"""From encoded tokens to features of every patch, from which a target is predicted.

`Decoder` is MAE's (arXiv 2111.06377, section 3): hidden patches are mask tokens at their places.
`LinearHead` predicts straight from an encoder that saw the mask tokens itself, as BEiT, SimMIM and
MaskFeat do. Used in pretraining only; parameters are named as in the official full checkpoints.

Shapes: N images, L patches, K visible patches, D encoder width, E decoder width, P values a patch.
"""

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from backbones.block import Block
from backbones.positions import sincos_2d
from pretrain.masking import Masking, take


class Decoder(nn.Module):
    """A Transformer. `mask_token=False` where the encoder's tokens are complete already.

    Attention does not mind the order of its tokens, so patches stay in the mask's order, visible
    before hidden, each with the position of its place: nothing is put back, and the hidden ones are
    a slice. `with_cp` recomputes block activations in the backward pass.
    """

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
        with_cp: bool = False,
    ) -> None:
        super().__init__()
        self.with_cp = with_cp
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

    def forward(self, tokens: Tensor, masking: Masking) -> Tensor:
        """Class token and visible (or all) patches `[N, 1 + K, D]` to features `[N, L, E]`."""
        features = self.features(tokens, masking)
        return features if self.complete else take(features, masking.restore)

    def hidden(self, tokens: Tensor, masking: Masking) -> Tensor:
        """The features of the hidden patches alone, in the order of `masking.hide`."""
        features = self.features(tokens, masking)
        return take(features, masking.hide) if self.complete else features[:, tokens.shape[1] - 1 :]

    @property
    def complete(self) -> bool:
        """Whether the encoder gives all patches, at their places."""
        return "mask_token" not in self._parameters

    def features(self, tokens: Tensor, masking: Masking) -> Tensor:
        """Features `[N, L, E]`, in place if `complete`, else the visible before the hidden."""
        x: Tensor = self.decoder_embed(tokens)
        positions: Tensor = self.decoder_pos_embed
        if not self.complete:
            N, hidden = masking.hide.shape
            x = torch.cat([x, self.mask_token.to(x.dtype).expand(N, hidden, -1)], dim=1)
            order = torch.cat([masking.keep, masking.hide], dim=1)  # [N, L]
            cls = positions[:, :1].expand(N, -1, -1)
            positions = torch.cat([cls, positions[0, 1:][order]], dim=1)  # [N, 1 + L, E]
        x = x + positions
        for block in self.decoder_blocks:
            if self.with_cp and self.training and x.requires_grad:
                x = checkpoint(block, x, use_reentrant=False)
            else:
                x = block(x)
        return x[:, 1:]

    def predict(self, features: Tensor) -> Tensor:
        """Features `[…, E]` of any patches to predictions `[…, P]`."""
        return self.decoder_pred(self.decoder_norm(features))


class LinearHead(nn.Module):
    """One linear layer on the encoder's (normalised) output."""

    def __init__(self, encoder_dims: int, width: int) -> None:
        super().__init__()
        self.decoder_pred = nn.Linear(encoder_dims, width)

    def forward(self, tokens: Tensor, masking: Masking) -> Tensor:
        """Class token and all patches `[N, 1 + L, D]` to the patches alone `[N, L, D]`."""
        return tokens[:, 1:]

    def hidden(self, tokens: Tensor, masking: Masking) -> Tensor:
        """The hidden patches alone, in the order of `masking.hide`."""
        return take(tokens[:, 1:], masking.hide)

    def predict(self, features: Tensor) -> Tensor:
        """Features `[…, D]` of any patches to predictions `[…, P]`."""
        return self.decoder_pred(features)
