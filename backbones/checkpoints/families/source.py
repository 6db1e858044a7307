"""A recognised checkpoint: an encoder under timm's names, and what is known about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

StateDict = dict[str, Tensor]
Colour = tuple[float, float, float]

# Mean and standard deviation of the pictures a family was trained on, RGB, in pixel values 0…255.
Normalisation = tuple[Colour, Colour]
IMAGENET: Normalisation = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
INCEPTION: Normalisation = ((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
CLIP: Normalisation = (
    (122.7709383, 116.7460125, 104.09373615),
    (68.5005327, 66.6321579, 70.32316305),
)
NORMALISATIONS = {"imagenet": IMAGENET, "inception": INCEPTION, "clip": CLIP}


@dataclass(frozen=True)
class Traits:
    """What no tensor says about the network it belongs to; None where the file leaves it open.

    Attributes:
        act: activation of the MLPs, 'gelu' or 'quick-gelu' (x · sigmoid(1.702 x), OpenAI's CLIP).
        norm_eps: epsilon of every LayerNorm.
        normalisation: of the pictures, see `NORMALISATIONS`.
    """

    num_heads: int | None = None
    act: str | None = "gelu"
    norm_eps: float = 1e-6
    normalisation: Normalisation | None = None


@dataclass(frozen=True)
class Source:
    """What a checkpoint holds.

    Attributes:
        tensors: the encoder, under the names of `PlainViT`.
        beside: names outside the encoder that the family is known to carry: heads, decoders,
            momentum copies. They are left behind.
        strangers: names outside the encoder that nobody expects there.
        meta: an export's own description.
    """

    family: str
    tensors: StateDict
    traits: Traits = field(default_factory=Traits)
    beside: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)


def renamed(tensors: StateDict, rules: Iterable[tuple[str, str]]) -> StateDict:
    """Every name through every rule, a regular expression and its replacement, in order.

    Raises:
        ValueError: where two tensors would get one name.
    """
    patterns = [(re.compile(pattern), new) for pattern, new in rules]
    result: StateDict = {}
    for name, tensor in tensors.items():
        new = name
        for pattern, replacement in patterns:
            new = pattern.sub(replacement, new)
        if new in result:
            raise ValueError(f"two tensors would both be called {new}; the file is half renamed")
        result[new] = tensor
    return result
