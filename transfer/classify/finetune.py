"""End-to-end and partial fine-tuning with labels.

https://arxiv.org/abs/2111.06377, Table 9 and section 4.3. Pictures are erased in part, mixed in
pairs, and classified by the mean of their patch tokens.

Shapes: N images, C classes.
"""

from typing import Any, Literal

from mmengine.registry import MODELS
from timm.data.random_erasing import RandomErasing
from timm.loss import SoftTargetCrossEntropy
from torch import Tensor, nn

from backbones.classifier import ViTClassifier
from backbones.mixing import Mixing
from backbones.vit import PlainViT
from transfer.classify.freezing import train_last_blocks
from transfer.classify.ranking import best_classes


@MODELS.register_module()
class FineTunedViT(ViTClassifier):
    """A pretrained ViT with a new head on top.

    Args:
        mixup, cutmix: strength of each (alpha); one of the two is drawn for every batch.
        label_smoothing: share of the label spread over all classes.
        erasing: probability that a rectangle of a picture becomes noise (timm's 'pixel' mode).
        trainable_blocks: how many blocks learn, counted from the last; 0.5 is the last one's MLP.
            None: everything does.
    """

    def __init__(
        self,
        backbone: PlainViT | dict[str, Any],
        num_classes: int,
        *,
        pool: Literal["mean", "token"] = "mean",
        head_std: float = 2e-5,
        mixup: float = 0.8,
        cutmix: float = 1.0,
        label_smoothing: float = 0.1,
        erasing: float = 0.0,
        trainable_blocks: float | None = None,
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(
            backbone,
            num_classes,
            pool=pool,
            head_std=head_std,
            data_preprocessor=data_preprocessor,
        )
        if trainable_blocks is not None:
            train_last_blocks(self.backbone, trainable_blocks)
        self.erase = RandomErasing(erasing, mode="pixel") if erasing else None
        self.mix = Mixing(num_classes, mixup=mixup, cutmix=cutmix, label_smoothing=label_smoothing)
        self.criterion = SoftTargetCrossEntropy()

    def forward(
        self,
        images: Tensor,
        labels: Tensor | None = None,
        *,
        mode: Literal["tensor", "loss", "predict"] = "tensor",
    ) -> Any:
        """Normalised `images` `[N, 3, H, W]` to logits `[N, C]`, a loss, or ranked classes."""
        if mode == "loss":
            assert labels is not None, "the data set is labelled"
            images, targets = self.augment(images, labels)
            return {"loss": self.criterion(self.logits(images).float(), targets)}
        logits = self.logits(images)
        return logits if mode == "tensor" else best_classes(logits)

    def augment(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What is learnt from: erased and mixed images, soft targets `[N, C]`."""
        if self.erase is not None:
            self.erase.device = images.device
            images = self.erase(images.clone())
        return self.mix(images, labels)
