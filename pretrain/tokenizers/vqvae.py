"""VQ-VAE (https://arxiv.org/abs/1711.00937): convolutions around a codebook.

The codebook is vector-quantize-pytorch's: moving averages, k-means start, revival of dead words.
Layers are our design: each stage shrinks by its stride and refines once, the decoder mirrors it.
Code words are compared by direction (VQ-KD's choice, https://arxiv.org/abs/2208.06366), which keeps
far more of a large codebook in use than distances do.

Shapes: N images, H W pixels, s stride, h = H / s, w = W / s, C code width, K vocabulary.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

from pretrain.tokenizers.tokenizer import Tokenizer


class Coded(NamedTuple):
    reconstruction: Tensor  # [N, 3, H, W], normalised
    tokens: Tensor  # [N, h, w] long
    commitment: Tensor  # scalar, the encoder's distance to the words it chose


class Refine(nn.Module):
    """Two 3 x 3 convolutions with a residual."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.GroupNorm(8, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)),
            *(nn.GroupNorm(8, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        refined: Tensor = self.layers(x)
        return x + refined


@MODELS.register_module()
class VQVAE(Tokenizer):
    """A trainable tokenizer.

    Args:
        vocabulary: number of code words K.
        strides: of each stage; their product is the stride, e.g. (2, 2, 2, 2) for 16.
        widths: channels after each stage, multiples of 8.
        code_dims: width of a code word.
        decay: of the codebook's moving average.
        dead_below: a word chosen less often a step, by its moving average, is replaced by a current
            vector. Well below the mean number of choices a word gets, or every step replaces many.
        name: in records.

    Raises:
        ValueError: where strides and widths do not pair up.
    """

    def __init__(
        self,
        vocabulary: int = 8192,
        *,
        strides: Sequence[int] = (2, 2, 2, 2),
        widths: Sequence[int] = (64, 128, 256, 256),
        code_dims: int = 32,
        decay: float = 0.99,
        dead_below: float = 0.1,
        name: str = "vq",
    ) -> None:
        from vector_quantize_pytorch import VectorQuantize  # a slow import, not for pixels

        super().__init__()
        if len(strides) != len(widths) or not strides:
            raise ValueError(f"strides {tuple(strides)} and widths {tuple(widths)} must pair up")
        self.name, self.vocabulary, self.stride = name, vocabulary, math.prod(strides)
        self.options = {
            "type": "VQVAE",
            "vocabulary": vocabulary,
            "strides": list(strides),
            "widths": list(widths),
            "code_dims": code_dims,
            "decay": decay,
            "dead_below": dead_below,
            "name": name,
        }
        shrink: list[nn.Module] = []
        grow: list[nn.Module] = []
        channels = 3
        for stride, width in zip(strides, widths, strict=True):
            shrink += [nn.Conv2d(channels, width, stride, stride), Refine(width)]
            grow = [Refine(width), nn.ConvTranspose2d(width, channels, stride, stride), *grow]
            channels = width
        self.encoder = nn.Sequential(*shrink, nn.Conv2d(channels, code_dims, 1))
        self.decoder = nn.Sequential(nn.Conv2d(code_dims, channels, 1), *grow)
        self.codebook = VectorQuantize(
            dim=code_dims,
            codebook_size=vocabulary,
            decay=decay,
            use_cosine_sim=True,
            kmeans_init=True,
            threshold_ema_dead_code=dead_below,
            rotation_trick=False,
            accept_image_fmap=True,
        )

    def forward(self, images: Tensor) -> Coded:
        """Normalised pictures `[N, 3, H, W]` through the codebook, which learns in training."""
        features = self.features(images)
        with torch.autocast(images.device.type, enabled=False):  # distances of directions: float32
            words, tokens, commitment = self.codebook(features)
        return Coded(self.decoder(words), tokens, commitment.sum())

    def features(self, images: Tensor) -> Tensor:
        """What is compared with the words, `[N, C, h, w]`.

        The last layer is computed in float32 also under autocast: it costs little, and what it
        rounds would choose words.
        """
        *layers, project = self.encoder
        x = images
        for layer in layers:
            x = layer(x)
        with torch.autocast(images.device.type, enabled=False):
            features: Tensor = project(x.float())
        return features

    @torch.no_grad()
    def encode(self, images: Tensor) -> Tensor:
        if images.shape[-2] % self.stride or images.shape[-1] % self.stride:
            raise ValueError(
                f"{self.name} tokenizes pictures whose sides are multiples of {self.stride}, got "
                f"{tuple(images.shape[-2:])}"
            )
        features = self.features(images)
        # the library first asks the device whether its words are placed; this waits for nothing
        with torch.autocast(images.device.type, enabled=False):
            directions = F.normalize(features, dim=1).permute(0, 2, 3, 1)  # [N, h, w, C]
            tokens: Tensor = (directions @ self.codebook.codebook.T).argmax(-1)
        return tokens

    @torch.no_grad()
    def decode(self, tokens: Tensor) -> Tensor:
        words = self.codebook.codebook[tokens].permute(0, 3, 1, 2)  # [N, C, h, w]
        pictures: Tensor = self.decoder(words)
        return pictures
