"""The interface of a tokenizer: a picture to a grid of code words, and back.

Shapes: N images, H W pixels, s stride, h = H / s, w = W / s.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as everywhere here


class Tokenizer(nn.Module, ABC):
    """Takes and gives normalised pictures, like every model here."""

    name: str  # as in result records, e.g. "vq"
    vocabulary: int
    stride: int  # pixels a token along a side
    second_size: int | None = None  # pixels of the view it wants; None: the encoder's own
    drawable = True  # whether `decode` works
    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).reshape(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).reshape(3, 1, 1), persistent=False)

    @abstractmethod
    def encode(self, images: Tensor) -> Tensor:
        """Normalised pictures `[N, 3, H, W]` to code words, long `[N, h, w]`."""

    @abstractmethod
    def decode(self, tokens: Tensor) -> Tensor:
        """Code words `[N, h, w]` to normalised pictures `[N, 3, H, W]`, where `drawable`."""

    def unnormalise(self, images: Tensor) -> Tensor:
        """Normalised pictures to values from 0 to 1."""
        return images * self.std.to(images) + self.mean.to(images)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Values from 0 to 1 to normalised pictures."""
        return (pixels - self.mean.to(pixels)) / self.std.to(pixels)
