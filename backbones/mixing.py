"""Mixup and CutMix with label smoothing, as DeiT, BEiT and MAE train on labels; timm's.

Shapes: N images, C classes.
"""

from timm.data import Mixup
from torch import Tensor


class Mixing:
    """Pictures and labels to mixed pictures and soft labels, pairing each picture with another.

    One of the two, drawn anew for every batch (arXiv 1710.09412, 1905.04899); with both at 0,
    labels are only smoothed.

    Args:
        mixup, cutmix: strength of each (alpha).
        label_smoothing: share of the label spread over all classes.
    """

    def __init__(
        self, num_classes: int, *, mixup: float, cutmix: float, label_smoothing: float
    ) -> None:
        self.mix = Mixup(
            mixup_alpha=mixup,
            cutmix_alpha=cutmix,
            label_smoothing=label_smoothing,
            num_classes=num_classes,
        )
        self.mix.mixup_enabled = mixup > 0 or cutmix > 0

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Images `[N, 3, H, W]`, left as they are, and labels `[N]` to images and `[N, C]`.

        Raises:
            ValueError: for an odd N.
        """
        if len(images) % 2:
            raise ValueError(
                f"mixup pairs pictures, so the batch on a device must be even, got {len(images)}; "
                "change device_batch_size or batch_size"
            )
        mixed: tuple[Tensor, Tensor] = self.mix(images.clone(), labels)  # it mixes in place
        return mixed
