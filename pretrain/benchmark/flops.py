"""Counted on paper: the multiplications a masked step cannot do without.

A product of `[M, in]` and `[in, out]` is 2 M in out operations, counted once forward and twice
backward (for its input and its weights; the pictures need no gradient). Attention adds two
products of T x T x D a block. Nothing is counted for norms, activations, the target or the
optimiser, nor for what a slow implementation does beside: the count is the same for all.

Shapes: L patches, K visible patches, T tokens, D width.
"""

from typing import NamedTuple

from torch import nn

from pretrain.decoder import Decoder
from pretrain.model import MaskedImageModel


class Product(NamedTuple):
    """A linear layer's product for one picture."""

    rows: int
    inputs: int
    outputs: int
    passes: int = 3  # forward, and backward for the weights and the input

    @property
    def flops(self) -> int:
        return 2 * self.rows * self.inputs * self.outputs * self.passes


def linear_products(model: MaskedImageModel) -> list[Product]:
    """Of every linear layer of a visible-only model, in order, and of the patch projection."""
    encoder, decoder = model.encoder, model.decoder
    if model.form != "visible-only" or not isinstance(decoder, Decoder):
        raise ValueError(f"only visible-only models are counted, this one is {model.form!r}")
    K, L = model.masks.visible, model.masks.number
    values = 3 * encoder.patch_size**2
    return [
        Product(K, values, encoder.embed_dims, passes=2),
        *_of(encoder.blocks, encoder.prefix + K),
        *_of(decoder.decoder_embed, encoder.prefix + K),
        *_of(decoder.decoder_blocks, 1 + L),
        *_of(decoder.decoder_pred, L - K),
    ]


def _of(module: nn.Module, rows: int) -> list[Product]:
    layers = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    return [Product(rows, layer.in_features, layer.out_features) for layer in layers]


def attention_flops(model: MaskedImageModel) -> int:
    """q kᵀ and the product with v in every block of one picture, forward and backward."""
    encoder, decoder = model.encoder, model.decoder
    tokens, width = encoder.prefix + model.masks.visible, encoder.embed_dims
    total = encoder.depth * tokens**2 * width
    if isinstance(decoder, Decoder):
        blocks, width = len(decoder.decoder_blocks), decoder.decoder_embed.out_features
        total += blocks * (1 + model.masks.number) ** 2 * width
    return 2 * 2 * 3 * total


def step_flops(model: MaskedImageModel) -> int:
    """Operations of one picture's training step."""
    return sum(product.flops for product in linear_products(model)) + attention_flops(model)
