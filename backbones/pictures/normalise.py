"""From the loader's batch to the model's: uint8 to normalised floats, on the device.

Pictures travel as bytes, a quarter of the floats' size, and are normalised where it is cheap.

Shapes: N images, H W pixels.
"""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseDataPreprocessor
from mmengine.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class NormalisePictures(BaseDataPreprocessor):
    """`(images / unit - mean) / std`; labels pass, everything else in the batch stays behind.

    `unit` is 255 where mean and std are given for pixels of 0 to 1, and 1 for pixels of 0 to 255,
    as MMDetection's and MMSegmentation's configs give them.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float], *, unit: float = 255) -> None:
        super().__init__(non_blocking=True)
        self.unit = unit
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(-1, 1, 1), persistent=False)

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Tensor]:
        """A batch of `Pictures` to a model's arguments: images `[N, 3, H, W]`, `second` the same at
        another size, labels `[N]`."""
        names = ("images", "second", "labels")
        moved: dict[str, Tensor] = self.cast_data({n: data[n] for n in names if n in data})
        for name in moved.keys() & {"images", "second"}:
            moved[name] = (moved[name].float() / self.unit - self.mean) / self.std
        return moved

    def to_bytes(self, images: Tensor) -> Tensor:
        """Normalised pictures back to uint8 `[N, 3, H, W]`, clipped to what can be shown."""
        return ((images * self.std + self.mean) * self.unit).round().clamp(0, 255).to(torch.uint8)
