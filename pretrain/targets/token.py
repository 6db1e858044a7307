"""A tokenizer's code words (BEiT, https://arxiv.org/abs/2106.08254; MAE's Table 1d).

Every patch has one word; the model classifies it. The tokenizer is frozen and looks at the whole
picture, at its own size where it wants another (DALL-E's looks at 112 pixels of a view of 224).

Shapes: N images, L patches, gh x gw their grid, K words.
"""

from typing import Any

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor

from pretrain.frozen import Frozen
from pretrain.targets.target import Target
from pretrain.tokenizers import Tokenizer, load_tokenizer


@MODELS.register_module()
class TokenTarget(Target):
    """Cross-entropy on the code word of each patch.

    Args:
        tokenizer: file of a tokenizer exported by `python -m pretrain.export`, or a registered
            `Tokenizer`, e.g. `dict(type='DalleTokenizer', encoder='encoder.pkl')`.
        second_size: pixels of the tokenizer's view where it is neither the encoder's nor the one
            the tokenizer was published with.

    Raises:
        ValueError: where tokens and patches would not pair up.
    """

    costly = True

    def __init__(
        self, patch_size: int, *, tokenizer: str | dict[str, Any], second_size: int | None = None
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        if not tokenizer:
            raise ValueError(
                "a token target needs a tokenizer: train one (pretrain/configs/tokenizers/), "
                "export it and set model.target.tokenizer=FILE"
            )
        loaded = load_tokenizer(tokenizer) if isinstance(tokenizer, str) else None
        built: Tokenizer = loaded or MODELS.build(tokenizer)
        self.frozen = Frozen(built)
        self.name, self.width, self.drawable = built.name, built.vocabulary, built.drawable
        self.second_size = second_size or built.second_size
        self.note = f"the decoded code words of {built.name}, {built.vocabulary} of them"
        if self.second_size is None and built.stride != patch_size:
            raise ValueError(
                f"tokenizer {built.name!r} makes a token of {built.stride} pixels, a patch has "
                f"{patch_size}: set target.second_size (and dataset.second_size) to the picture "
                f"size times {built.stride}/{patch_size}"
            )

    def check_grid(self, grid: tuple[int, int]) -> None:
        """Tokens of the second view must lie as the patches do.

        Raises:
            ValueError: where they do not, with the size of view that makes them.
        """
        stride = self.frozen.module.stride
        if self.second_size is not None and grid != (self.second_size // stride,) * 2:
            wanted = f"{grid[0] * stride}" if grid[0] == grid[1] else "no square view"
            raise ValueError(
                f"{self.name} makes {self.second_size // stride} x {self.second_size // stride} "
                f"tokens of a view of {self.second_size} pixels, the encoder has {grid[0]} x "
                f"{grid[1]} patches; set target.second_size and dataset.second_size to {wanted}"
            )

    def follow(self, tensor: Tensor) -> None:
        self.frozen.on(tensor)

    @torch.no_grad()
    def truth(self, images: Tensor) -> Tensor:
        """Code words, long `[N, L]`."""
        tokens: Tensor = self.frozen.on(images).encode(images)
        return tokens.flatten(1)

    def loss(self, prediction: Tensor, truth: Tensor) -> Tensor:
        logits = prediction.float() if prediction.dtype.itemsize < 4 else prediction
        losses = F.cross_entropy(logits.flatten(0, -2), truth.flatten(), reduction="none")
        return losses.unflatten(0, truth.shape)

    @torch.no_grad()
    def picture(self, prediction: Tensor, images: Tensor) -> Tensor:
        """The likeliest words, decoded together and brought to the picture's size."""
        grid = images.shape[2] // self.patch_size, images.shape[3] // self.patch_size
        tokens = prediction.argmax(-1).unflatten(1, grid)
        decoded = self.frozen.on(images).decode(tokens).to(images.dtype)
        if decoded.shape[2:] == images.shape[2:]:
            return decoded
        return F.interpolate(decoded, images.shape[2:], mode="bicubic", antialias=True)
