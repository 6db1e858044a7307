"""The interface of a target: what is predicted, how it is scored, how it becomes a picture.

A new target is one file with one subclass, registered in MMEngine's MODELS.

Shapes: N images, L patches, P predicted values a patch, H W pixels.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from torch import Tensor, nn


class Target(nn.Module, ABC):
    """Built with the encoder's `patch_size`; everything else is the subclass's own option."""

    name: str  # as in result records, e.g. "pixel-norm"
    width: int  # P
    note: str = ""  # what a reader of `picture` must know, printed on the figure
    drawable = True  # whether `picture` works; a token target's tokenizer may have no decoder
    second_size: int | None = None  # pixels of the view `truth` wants; None: the encoder's own
    costly = False  # whether `truth` takes long enough to be made beside the encoder's work

    @abstractmethod
    def truth(self, images: Tensor) -> Tensor:
        """What should be predicted for normalised `images` `[N, 3, H, W]`: `[N, L]` or
        `[N, L, …]`."""

    @abstractmethod
    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        """Loss `[…]` of every patch, for `prediction` `[…, P]`, at least in float32."""

    @abstractmethod
    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        """`prediction` `[N, L, P]` as normalised pictures `[N, 3, H, W]`; may look at `images`."""

    def follow(self, tensor: Tensor) -> None:
        """Bring to `tensor`'s device what is neither parameter nor buffer; `truth` does so too."""

    def check_grid(self, grid: tuple[int, int]) -> None:
        """Raise a ValueError where the encoder's grid of patches does not suit the target."""


class FittedTarget(Target):
    """One that must first learn something from the training pictures."""

    fit_on: int  # pictures it wants to see

    @abstractmethod
    def fit(self, batches: Iterable[Tensor]) -> str:
        """Learn from normalised pictures, once, before training; a sentence for the log.

        What is learnt lies in buffers and so travels in the checkpoint.
        """
