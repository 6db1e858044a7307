"""Linear probing: a frozen encoder, a BatchNorm without weights, one linear layer.

https://arxiv.org/abs/2111.06377, Table 10 and the released main_linprobe.py. The norm makes one
rate fit encoders whose features differ a thousandfold in size.

Shapes: N images, D width, C classes.
"""

from typing import Any, Literal

import torch
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

from backbones.classifier import ViTClassifier
from backbones.vit import PlainViT
from transfer.classify.ranking import best_classes


@MODELS.register_module()
class LinearProbe(ViTClassifier):
    """Only `head` learns; the encoder is in evaluation mode and no graph is kept of it.

    `pool='token'`, the paper's and the released choice, takes the class token after the encoder's
    final norm. `pool='mean'` takes the mean of the patch tokens through a LayerNorm without
    learnt weights, as the released code's `--global_pool` does.

    BatchNorm sees the pictures of one device at a time (512 in the released command), so
    `device_batch_size` is part of what happens here.
    """

    def __init__(
        self,
        backbone: PlainViT | dict[str, Any],
        num_classes: int,
        *,
        pool: Literal["mean", "token"] = "token",
        head_std: float = 0.01,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(
            backbone,
            num_classes,
            pool=pool,
            head_std=head_std,
            data_preprocessor=data_preprocessor,
        )
        self.norm = nn.BatchNorm1d(self.backbone.embed_dims, affine=False, eps=1e-6)
        self.requires_grad_(False)
        self.head.requires_grad_(True)

    def train(self, mode: bool = True) -> "LinearProbe":
        super().train(mode)
        self.backbone.eval()
        return self

    def logits(self, images: Tensor) -> Tensor:
        """Images `[N, 3, H, W]` to logits `[N, C]`."""
        with torch.no_grad():
            features = self.pooled(images).float()  # [N, D]
        scores: Tensor = self.head(self.norm(features))
        return scores

    def forward(
        self,
        images: Tensor,
        labels: Tensor | None = None,
        *,
        mode: Literal["tensor", "loss", "predict"] = "tensor",
    ) -> Any:
        """Normalised `images` `[N, 3, H, W]` to logits `[N, C]`, a loss, or ranked classes."""
        logits = self.logits(images)
        if mode == "loss":
            assert labels is not None, "the data set is labelled"
            return {"loss": F.cross_entropy(logits.float(), labels)}
        return logits if mode == "tensor" else best_classes(logits)
