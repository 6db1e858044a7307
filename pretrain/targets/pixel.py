"""Pixels, raw or normalised patch by patch (https://arxiv.org/abs/2111.06377, section 3, table 1d).

Shapes: N images, L patches, p patch side, P = 3 * p * p values, H W pixels.
"""

from typing import Literal

from mmengine.registry import MODELS
from torch import Tensor

from pretrain.patches import grid_of, patchify, unpatchify
from pretrain.targets.target import Target


@MODELS.register_module()
class PixelTarget(Target):
    """Mean squared error on pixels of the normalised picture.

    `normalize` subtracts each patch's mean and divides by its standard deviation over all its P
    values (unbiased variance), so that a patch's brightness and contrast need not be predicted.
    `norm='l1'` is the mean absolute error instead (SimMIM, https://arxiv.org/abs/2111.09886).
    """

    epsilon = 1e-6  # a flat patch has no variance

    def __init__(
        self, patch_size: int, *, normalize: bool, norm: Literal["l2", "l1"] = "l2"
    ) -> None:
        super().__init__()
        if norm not in ("l1", "l2"):
            raise ValueError(f"norm must be 'l1' or 'l2', got {norm!r}")
        self.norm = norm
        self.patch_size = patch_size
        self.normalize = normalize
        self.width = 3 * patch_size**2
        self.name = "pixel-norm" if normalize else "pixel"
        if normalize:
            self.note = "target normalised per patch: shown with the original patches' mean and std"

    def truth(self, images: Tensor) -> Tensor:
        patches = patchify(images, self.patch_size)  # [N, L, P]
        if not self.normalize:
            return patches
        mean, std = self.statistics(patches)
        return (patches - mean) / std

    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        difference = prediction.to(truth.dtype) - truth
        return (difference.abs() if self.norm == "l1" else difference.square()).mean(dim=-1)

    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        patches = prediction.to(images.dtype)
        if self.normalize:
            mean, std = self.statistics(patchify(images, self.patch_size))
            patches = patches * std + mean
        return unpatchify(patches, self.patch_size, grid_of(images, self.patch_size))

    def statistics(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation `[N, L, 1]` of each patch."""
        mean = patches.mean(dim=2, keepdim=True)
        squares = (patches - mean).square().sum(dim=2, keepdim=True)  # 3 times as fast as var()
        return mean, (squares / (patches.shape[2] - 1) + self.epsilon).sqrt()
