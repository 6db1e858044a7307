"""k nearest neighbours: what an encoder's features say without any training.

Cosine similarity and a vote weighted by exp(similarity / temperature), as DINO evaluates
(https://arxiv.org/abs/2104.14294, after 1805.01978).

Shapes: N images, M remembered pictures, D width.
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor, nn

from transfer.amp import DTYPES
from transfer.classify.vote import nearest, vote


@MODELS.register_module()
class NearestNeighbours(BaseModel):
    """Features of the training pictures, remembered by `FeatureBankLoop`, and votes among them.

    Args:
        pool: the class token after the final norm, or the mean of the patch tokens after it.
        k: neighbours that vote for `top1` and `top5`.
        more_k: further numbers of neighbours, counted in the same pass as `top1_k10` and so on.
        temperature: of the vote; smaller listens to the nearest more.
        dtype: the encoder runs in 'float32' or under 'bfloat16' autocast; features are compared in
            float32 either way.
        chunk: remembered pictures compared at a time; bounds memory, changes nothing.
    """

    bank: Tensor
    bank_labels: Tensor

    def __init__(
        self,
        backbone: dict[str, Any],
        num_classes: int,
        *,
        pool: Literal["mean", "token"] = "token",
        k: int = 20,
        more_k: Sequence[int] = (),
        temperature: float = 0.07,
        dtype: str = "float32",
        chunk: int = 65536,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.backbone = MODELS.build({"type": "PlainViT", **backbone})
        if pool not in ("mean", "token"):
            raise ValueError(f"pool must be 'mean' or 'token', got {pool!r}")
        if pool == "token" and not self.backbone.prefix:
            raise ValueError("pool='token' needs a backbone with cls_token=True")
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
        self.pool, self.num_classes, self.temperature = pool, num_classes, temperature
        self.numbers = {"": k, **{f"_k{number}": number for number in more_k}}
        self.dtype, self.chunk = DTYPES[dtype], chunk
        self.register_buffer("bank", torch.empty(0, self.backbone.embed_dims), persistent=False)
        self.register_buffer("bank_labels", torch.empty(0, dtype=torch.long), persistent=False)

    def remember(self, features: Tensor, labels: Tensor) -> None:
        """Vote among these from now on: features `[M, D]` of length 1, labels `[M]`.

        Raises:
            ValueError: where there are fewer pictures than neighbours to ask for.
        """
        if len(features) < max(self.numbers.values()):
            raise ValueError(
                f"{max(self.numbers.values())} neighbours cannot be found among {len(features)} "
                "training pictures; lower model.k and model.more_k"
            )
        self.bank, self.bank_labels = features, labels

    @torch.no_grad()
    def features(self, images: Tensor) -> Tensor:
        """Normalised images `[N, 3, H, W]` to features `[N, D]` of length 1, in float32."""
        enabled = self.dtype != torch.float32
        with torch.autocast(images.device.type, dtype=self.dtype, enabled=enabled):
            tokens = self.backbone.features(images)  # [N, (1 +) L, D]
        tokens = tokens.float()
        pooled = tokens[:, 0] if self.pool == "token" else tokens[:, self.backbone.prefix :].mean(1)
        return F.normalize(pooled, dim=1)

    def forward(
        self,
        images: Tensor,
        labels: Tensor | None = None,
        *,
        mode: Literal["tensor", "predict"] = "tensor",
    ) -> Any:
        """Features, or each picture's classes by vote, for every number of neighbours."""
        features = self.features(images)
        if mode == "tensor":
            return features
        most = max(self.numbers.values())
        similarities, where = nearest(features, self.bank, most, chunk=self.chunk)
        labels = self.bank_labels[where]  # [N, K]
        ranked = {
            suffix: vote(
                similarities[:, :k],
                labels[:, :k],
                num_classes=self.num_classes,
                temperature=self.temperature,
            ).tolist()
            for suffix, k in self.numbers.items()
        }
        return [{"ranked": {s: rows[i] for s, rows in ranked.items()}} for i in range(len(images))]
