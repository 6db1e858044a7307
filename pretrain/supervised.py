"""The supervised baseline: the same ViT and data, trained with labels.

The recipe is the MAE authors' from-scratch one (https://arxiv.org/abs/2111.06377, Table 11). Not
found there and so chosen here: the class token is classified, positions are learned, and weights
start as `PlainViT` starts them.

Shapes: N images, C classes.
"""

from typing import Any, Literal

from mmengine.model import BaseModel
from mmengine.registry import MODELS
from timm.loss import SoftTargetCrossEntropy
from torch import Tensor, nn

from backbones.classifier import ViTClassifier
from backbones.mixing import Mixing
from backbones.vit import PlainViT


@MODELS.register_module()
class SupervisedModel(BaseModel):
    """A ViT with a linear head on its class token, trained on mixed pictures and soft labels.

    Args:
        encoder: options of `PlainViT`.
        num_classes: left None in configs, `python -m pretrain` counts the folders.
        mixup, cutmix: strength of each (alpha); one of the two is drawn for every batch.
        label_smoothing: share of the label spread over all classes.
    """

    encoder_prefix = "classifier.backbone."  # in the state dict
    target_name = "labels"

    def __init__(
        self,
        encoder: dict[str, Any],
        num_classes: int,
        *,
        mixup: float = 0.8,
        cutmix: float = 1.0,
        label_smoothing: float = 0.1,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.classifier = ViTClassifier(encoder, num_classes, pool="token")
        self.mix = Mixing(num_classes, mixup=mixup, cutmix=cutmix, label_smoothing=label_smoothing)
        self.criterion = SoftTargetCrossEntropy()

    def compile(self, **options: Any) -> None:
        """`torch.compile` the network; pictures are mixed outside, by NumPy's generator."""
        self.classifier.compile(**options)

    @property
    def encoder(self) -> PlainViT:
        return self.classifier.backbone

    def forward(
        self,
        images: Tensor,
        labels: Tensor | None = None,
        *,
        mode: Literal["tensor", "loss", "predict"] = "tensor",
    ) -> Any:
        """Normalised `images` `[N, 3, H, W]` to logits `[N, C]`, a loss, or scored samples."""
        if mode == "tensor":
            return self.classifier(images)
        if labels is None:
            raise ValueError(
                "the supervised baseline needs labels: train_dataloader.dataset."
                "labelled=True and one folder of pictures a class"
            )
        if mode == "predict":
            hits = self.classifier(images).argmax(1) == labels
            return [{"correct": hit} for hit in hits.tolist()]
        images, targets = self.mix(images, labels)
        return {"loss": self.criterion(self.classifier(images).float(), targets)}
