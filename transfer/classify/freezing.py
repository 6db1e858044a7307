"""Partial fine-tuning: the last blocks learn, all before them stay as they are.

https://arxiv.org/abs/2111.06377, section 4.3 and Figure 9.
"""

from backbones.vit import PlainViT


def train_last_blocks(backbone: PlainViT, blocks: float) -> None:
    """Freeze all of `backbone` but its final norm and its last `blocks` blocks.

    Half a block is the MLP sub-block: the paper names no more than that, and in a pre-norm block
    the sub-block begins with its norm, so `norm2` learns with `mlp` (and LayerScale's `ls2`, where
    there is one). Frozen blocks run without stochastic depth; one that half learns runs with it.
    0 leaves only what follows the backbone; all blocks is end-to-end fine-tuning, embedding too.

    Raises:
        ValueError: where `blocks` is not a number of halves from 0 to the backbone's depth.
    """
    whole, half = int(blocks), blocks % 1
    if half not in (0, 0.5) or not 0 <= blocks <= backbone.depth:
        raise ValueError(
            f"trainable_blocks must be 0, 0.5, 1, … up to the backbone's {backbone.depth} blocks, "
            f"got {blocks}"
        )
    if blocks == backbone.depth:
        return
    first = backbone.depth - whole
    learning = ["norm.", *(f"blocks.{i}." for i in range(first, backbone.depth))]
    if half:
        learning += [f"blocks.{first - 1}.{part}." for part in ("norm2", "mlp", "ls2")]
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(name.startswith(tuple(learning)))
    backbone.frozen_blocks = first - 1 if half else first
