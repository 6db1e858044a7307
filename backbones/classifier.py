"""A plain ViT with a pooled linear head: the supervised baseline and the ImageNet protocols.

Shapes: N images, L patches, D width, C classes.
"""

from typing import Any, Literal

from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor, nn

from backbones.vit import PlainViT


@MODELS.register_module()
class ViTClassifier(BaseModel):
    """Logits from the mean of the patch tokens (MAE's fine-tuning) or from the class token.

    With `pool='mean'` the norm follows the pooling (`fc_norm`) and the trunk has none, as in the
    released MAE fine-tuning; with `pool='token'` the trunk's own final norm is used. Below
    `backbone.` the names are timm's. It is one of MMEngine's modules, so that MMEngine, which
    starts only those, comes to the backbone's `init_cfg`; a `BaseModel`, since the ImageNet
    protocols train it as it is.

    Raises:
        ValueError: for a pooling the backbone cannot serve.
    """

    def __init__(
        self,
        backbone: PlainViT | dict[str, Any],
        num_classes: int,
        *,
        pool: Literal["mean", "token"] = "mean",
        drop_rate: float = 0.0,
        head_std: float = 2e-5,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if pool not in ("mean", "token"):
            raise ValueError(f"pool must be 'mean' or 'token', got {pool!r}")
        trunk: PlainViT = (
            MODELS.build({"type": "PlainViT", **backbone})
            if isinstance(backbone, dict)
            else backbone
        )
        if pool == "token" and not trunk.prefix:
            raise ValueError("pool='token' needs a backbone with cls_token=True")
        self.backbone = trunk
        self.pool = pool
        self.fc_norm = nn.LayerNorm(trunk.embed_dims, eps=1e-6) if pool == "mean" else None
        if pool == "mean":
            trunk.norm = nn.Identity()
        self.dropout = nn.Dropout(drop_rate)
        self.head = nn.Linear(trunk.embed_dims, num_classes)
        nn.init.trunc_normal_(self.head.weight, std=head_std)
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor) -> Any:
        """Images `[N, 3, H, W]` to logits `[N, C]`."""
        return self.logits(images)

    def logits(self, images: Tensor) -> Tensor:
        scores: Tensor = self.head(self.dropout(self.pooled(images)))
        return scores

    def pooled(self, images: Tensor) -> Tensor:
        """Images `[N, 3, H, W]` to the features the head sees, `[N, D]`."""
        tokens = self.backbone.features(images)  # [N, (1 +) L, D]
        if self.fc_norm is None:
            return tokens[:, 0]
        pooled: Tensor = self.fc_norm(tokens[:, self.backbone.prefix :].mean(1))
        return pooled
