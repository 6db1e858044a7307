"""The backbone through `torch.compile`, as one graph.

Heads sample regions and pixels, whose number is another every step: they stay as they are. So does
validation, which is at other sizes. Compiled stochastic depth draws other numbers from the same
seed.
"""

from typing import Any

import torch
from torch import Tensor, nn

from backbones.classifier import ViTClassifier


def compile_backbone(model: nn.Module, **options: Any) -> None:
    """`options` are `torch.compile`'s. Modules, and so names in checkpoints, stay what they are."""
    backbone = model.get_submodule("backbone")
    asked = "features" if isinstance(model, ViTClassifier) else "forward"  # what the model calls
    eager = getattr(backbone, asked)
    compiled = torch.compile(eager, **options)

    def chosen(images: Tensor) -> Any:
        return (compiled if backbone.training else eager)(images)

    setattr(backbone, asked, chosen)
