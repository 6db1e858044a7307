"""The interface of a target: what is predicted, how it is scored, how it becomes a picture.

A new target is one file with one subclass, registered in MMEngine's MODELS.

Shapes: N images, L patches, P predicted values a patch, H W pixels.
"""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Target(nn.Module, ABC):
    """Built with the encoder's `patch_size`; everything else is the subclass's own option."""

    name: str  # as in result records, e.g. "pixel-norm"
    width: int  # P
    note: str = ""  # what a reader of `picture` must know, printed on the figure

    @abstractmethod
    def truth(self, images: Tensor) -> Tensor:
        """What should be predicted for normalised `images` `[N, 3, H, W]`: `[N, L, …]`."""

    @abstractmethod
    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        """Loss `[N, L]` of every patch, for `prediction` `[N, L, P]`, in the truth's precision."""

    @abstractmethod
    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        """`prediction` `[N, L, P]` as normalised pictures `[N, 3, H, W]`; may look at `images`."""
