"""The interface of a mask: how many patches it hides, and which.

A new mask is one file with one subclass, registered in MMEngine's MODELS.

Shapes: N images, L = gh * gw patches.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from pretrain.masking.arrange import Masking, keep_smallest, kept

Grid = tuple[int, int]


class MaskSampler(ABC):
    """Built with the encoder's patch `grid` and the `ratio` of patches to hide.

    Draws from PyTorch's global generator, which a run seeds every epoch.

    Raises:
        ValueError: for a ratio outside [0, 1) or one that leaves nothing to see.
    """

    exact = True  # every picture hides the same number, `number - visible`

    def __init__(self, grid: Grid, ratio: float) -> None:
        self.grid = grid
        self.ratio = ratio
        self.number = grid[0] * grid[1]
        self.visible = kept(self.number, ratio)

    def draw(self, images: int, device: torch.device) -> Masking:
        """Masks for as many pictures."""
        return self.arrange(self.hidden(images)).to(device)

    @abstractmethod
    def hidden(self, images: int) -> Tensor:
        """Which patches are hidden: bool `[N, L]` on the CPU, where drawing needs no waiting."""

    def arrange(self, hidden: Tensor) -> Masking:
        """From which are hidden to what the model needs."""
        if self.exact:
            return keep_smallest(hidden.to(torch.uint8), self.visible)
        nothing = torch.zeros(len(hidden), 0, dtype=torch.long)
        unmoved = torch.arange(self.number).expand(len(hidden), -1)
        hide = hidden.flatten().nonzero().flatten()  # [M]
        return Masking(nothing, hide, unmoved, hidden.to(torch.float32))
