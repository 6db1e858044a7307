"""PCA coefficients of patch space (https://arxiv.org/abs/2111.06377, Table 1d: the largest 96).

The basis is fitted once, on training pictures, before the first step. Not found in the paper, so
chosen here: the coefficients are not whitened, which makes the loss the squared error of the
patch's projection, and it is divided by their number.

Shapes: N images, L patches, p patch side, P = 3 * p * p values, C components.
"""

from collections.abc import Iterable

import torch
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.patches import grid_of, patchify, unpatchify
from pretrain.targets.target import FittedTarget


@MODELS.register_module()
class PCATarget(FittedTarget):
    """Mean squared error on the `components` leading coefficients of each patch.

    Buffers, in the checkpoint: `mean` `[P]`, `basis` `[P, C]` orthonormal, and `explained` `[C]`,
    each component's share of the variance.

    Raises:
        ValueError: for more components than a patch has values.
    """

    mean: Tensor
    basis: Tensor
    explained: Tensor

    def __init__(self, patch_size: int, *, components: int = 96, fit_on: int = 10_000) -> None:
        super().__init__()
        values = 3 * patch_size**2
        if not 0 < components <= values:
            raise ValueError(f"target.components must be within 1…{values}, got {components}")
        self.patch_size, self.width, self.fit_on = patch_size, components, fit_on
        self.name = "pca"
        self.note = f"{components} of {values} PCA coefficients a patch"
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("basis", torch.eye(values, components))
        self.register_buffer("explained", torch.zeros(components))

    def fit(self, batches: Iterable[Tensor]) -> str:
        """Streams over the pictures; holds sums of float64, `P * P` numbers, and no picture."""
        count, total, products = 0, None, None
        for images in batches:
            patches = patchify(images, self.patch_size).flatten(0, 1).double()  # [N L, P]
            count += len(patches)
            total = patches.sum(0) + (0 if total is None else total)
            products = patches.T @ patches + (0 if products is None else products)
        if total is None or products is None:
            raise ValueError("no pictures to fit the PCA target on")
        mean = total / count
        variance, vectors = torch.linalg.eigh(products / count - mean.outer(mean))  # ascending
        leading = variance.flip(0)[: self.width].clamp(min=0)
        basis = vectors.flip(1)[:, : self.width]
        basis = basis * basis.sum(0).sign().where(basis.sum(0) != 0, 1)  # the sign is arbitrary
        self.mean.copy_(mean)
        self.basis.copy_(basis)
        self.explained.copy_(leading / variance.sum())
        return f"{self.note} explain {self.explained.sum():.1%} of the variance of {count} patches"

    def truth(self, images: Tensor) -> Tensor:
        with torch.autocast(images.device.type, enabled=False):
            return (patchify(images, self.patch_size) - self.mean) @ self.basis  # [N, L, C]

    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        return (prediction.to(truth.dtype) - truth).square().mean(dim=-1)

    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        patches = prediction.to(images.dtype) @ self.basis.T + self.mean  # [N, L, P]
        return unpatchify(patches, self.patch_size, grid_of(images, self.patch_size))
