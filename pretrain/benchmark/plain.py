"""MAE written straight from its paper (https://arxiv.org/abs/2111.06377), the yardstick of speed.

What a careful reader of the paper writes: masks by sorting noise and gathering, for the whole batch
at once; all patches are projected and most thrown away, attention is q kᵀ, softmax, times v; the
decoder predicts every token and the loss is masked after. The numbers are `MaskedImageModel`'s, and
the parameters carry the same names.

Shapes: N images, L patches, K visible patches, T tokens, D width, h heads, P = 3 * p * p values.
"""

import torch
from torch import Tensor, nn

from backbones.attention import Attention as Fused
from pretrain.decoder import Decoder
from pretrain.model import MaskedImageModel

EPSILON = 1e-6  # of every LayerNorm, and of the target's variance


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        N, T, D = x.shape
        q, k, v = self.qkv(x).reshape(N, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(2, 3)) / (D // self.heads) ** 0.5  # [N, h, T, T]
        attended = scores.softmax(dim=-1) @ v
        out: Tensor = self.proj(attended.transpose(1, 2).reshape(N, T, D))
        return out


class MLP(nn.Module):
    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc2(nn.functional.gelu(self.fc1(x)))
        return out


class Block(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=EPSILON)
        self.attn = Attention(dim, heads)
        self.norm2 = nn.LayerNorm(dim, eps=EPSILON)
        self.mlp = MLP(dim, 4 * dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class PlainMAE(nn.Module):
    """Of the sizes of `model` and with its weights; target: normalised pixels."""

    def __init__(self, model: MaskedImageModel) -> None:
        super().__init__()
        encoder, decoder = model.encoder, model.decoder
        assert isinstance(decoder, Decoder)
        D, E = encoder.embed_dims, decoder.decoder_embed.out_features
        self.side, self.visible = encoder.patch_size, model.masks.visible
        self.cls_token = nn.Parameter(torch.zeros(1, 1, D))
        self.pos_embed = nn.Parameter(torch.zeros_like(encoder.pos_embed), requires_grad=False)
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, D, self.side, self.side)})
        self.blocks = nn.ModuleList(Block(D, encoder.num_heads) for _ in range(encoder.depth))
        self.norm = nn.LayerNorm(D, eps=EPSILON)
        self.decoder_embed = nn.Linear(D, E)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, E))
        positions = torch.zeros_like(decoder.decoder_pos_embed)
        self.decoder_pos_embed = nn.Parameter(positions, requires_grad=False)
        heads = [layer.num_heads for layer in decoder.modules() if isinstance(layer, Fused)]
        self.decoder_blocks = nn.ModuleList(Block(E, count) for count in heads)
        self.decoder_norm = nn.LayerNorm(E, eps=EPSILON)
        self.decoder_pred = nn.Linear(E, 3 * self.side**2)
        self.load_state_dict(model.state_dict(), strict=True)

    def forward(self, images: Tensor, noise: Tensor) -> Tensor:
        """The loss of normalised `images` `[N, 3, H, W]`, keeping the smallest `noise` `[N, L]`."""
        tokens = self.patch_embed["proj"](images).flatten(2).transpose(1, 2)  # [N, L, D]
        tokens = tokens + self.pos_embed[:, 1:]
        order = noise.argsort(dim=1)  # [N, L]
        restore = order.argsort(dim=1)
        mask = (restore >= self.visible).float()  # [N, L], 1 where hidden
        visible = gather(tokens, order[:, : self.visible])  # [N, K, D]
        cls = (self.cls_token + self.pos_embed[:, :1]).expand(len(images), -1, -1)
        x = torch.cat([cls, visible], dim=1)  # [N, 1 + K, D]
        for block in self.blocks:
            x = block(x)
        x = self.decoder_embed(self.norm(x))
        hidden = self.mask_token.to(x.dtype).expand(*noise.shape, -1)[:, self.visible :]
        patches = gather(torch.cat([x[:, 1:], hidden], dim=1), restore)  # [N, L, E]
        x = torch.cat([x[:, :1], patches], dim=1) + self.decoder_pos_embed  # [N, 1 + L, E]
        for block in self.decoder_blocks:
            x = block(x)
        prediction = self.decoder_pred(self.decoder_norm(x))[:, 1:]  # [N, L, P]
        losses = (prediction - self.target(images)).square().mean(dim=-1)
        loss: Tensor = (losses * mask).sum() / mask.sum()
        return loss

    def target(self, images: Tensor) -> Tensor:
        """Each patch's values, less their mean, over their standard deviation, `[N, L, P]`."""
        p = self.side
        rows = [strip.unfold(3, p, p) for strip in images.split(p, dim=2)]  # [N, 3, p, gw, p] each
        patches = torch.stack([row.permute(0, 3, 2, 4, 1).flatten(2) for row in rows], dim=1)
        patches = patches.flatten(1, 2)  # values in the order row, column, channel
        mean, variance = patches.mean(dim=-1, keepdim=True), patches.var(dim=-1, keepdim=True)
        return (patches - mean) / (variance + EPSILON).sqrt()


def gather(tokens: Tensor, places: Tensor) -> Tensor:
    """Of `[N, T, D]` those at `places` `[N, K]`, `[N, K, D]`."""
    return tokens.gather(1, places[:, :, None].expand(-1, -1, tokens.shape[2]))
