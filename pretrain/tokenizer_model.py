"""Training a tokenizer: reconstruct pictures through a codebook.

The loss is the squared pixel error (VQ-VAE) and, as in PeCo (https://arxiv.org/abs/2111.12710), a
distance between deep features; either can be switched off. Weights of the parts are choices.

Shapes: N images, H W pixels.
"""

from collections.abc import Sequence
from typing import Any, Literal

from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor, nn

from pretrain.perceptual import PerceptualDistance
from pretrain.tokenizers import Tokenizer
from pretrain.tokenizers.vqvae import Coded


@MODELS.register_module()
class TokenizerModel(BaseModel):
    """A trainable tokenizer and what it is trained on.

    Args:
        tokenizer: options of `VQVAE`.
        pixel_weight: of the mean squared error of normalised pixels; 0 only measures it.
        perceptual: network of `PerceptualDistance`, a file or a timm name; None for none,
            '' in configs where the user must name one.
        perceptual_depths: where its features are compared.
        perceptual_weight: of their distance; 0 only measures it.
        commitment_weight: of the encoder's distance to its words.

    Raises:
        ValueError: where nothing would be learnt.
    """

    target_name = "codebook"

    def __init__(
        self,
        tokenizer: dict[str, Any],
        *,
        pixel_weight: float = 1.0,
        perceptual: str | None = None,
        perceptual_depths: Sequence[int] | None = None,
        perceptual_weight: float = 1.0,
        commitment_weight: float = 1.0,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if perceptual == "":
            raise ValueError(
                "name the network the perceptual loss looks through: model.perceptual=EXPORT.pth, "
                "or the name of a timm model"
            )
        if not pixel_weight and not (perceptual and perceptual_weight):
            raise ValueError(
                "the tokenizer has nothing to learn from: set pixel_weight, or perceptual (a "
                "backbone's export or a timm model) and perceptual_weight"
            )
        self.tokenizer: Tokenizer = MODELS.build({"type": "VQVAE", **tokenizer})
        self.distance = PerceptualDistance(perceptual, perceptual_depths) if perceptual else None
        self.weights = {
            "pixel": pixel_weight,
            "perceptual": perceptual_weight,
            "commitment": commitment_weight,
        }

    def forward(
        self, images: Tensor, labels: Tensor | None = None, *, mode: Literal["tensor", "loss"]
    ) -> Any:
        """Normalised `images` `[N, 3, H, W]` to `Coded`, or the parts of the loss by name."""
        coded: Coded = self.tokenizer(images)
        if mode == "tensor":
            return coded
        reconstruction = coded.reconstruction.float()
        parts = {
            "pixel": (reconstruction - images).square().mean(),
            "commitment": coded.commitment,
        }
        if self.distance is not None:
            parts["perceptual"] = self.distance(images, reconstruction)
        # what is not learnt from is measured all the same
        return {
            f"loss_{name}" if self.weights[name] else name: (
                self.weights[name] * value if self.weights[name] else value.detach()
            )
            for name, value in parts.items()
        }
