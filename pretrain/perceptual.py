"""How far two pictures are apart to a network (PeCo, https://arxiv.org/abs/2111.12710).

PeCo trains its tokenizer on distances between deep features of input and reconstruction, taken from
a self-supervised network. Which layers and which weighting it uses was not found, so both are
choices here: features are brought to unit length at every place, as in LPIPS
(https://arxiv.org/abs/1801.03924, section 3), and the mean squared differences of the depths are
averaged.

Shapes: N images, H W pixels, D features at h x w places.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import timm
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backbones.export import load_export
from backbones.vit import PlainViT
from pretrain.frozen import Frozen
from pretrain.tokenizers.tokenizer import MEAN, STD

DEPTHS = 4  # of a ViT, evenly spread, where the user names none


class PerceptualDistance:
    """The distance, by a frozen network.

    Args:
        network: file of an exported backbone, or the name of a timm model (with its tag, as
            'vit_base_patch16_224.dino'), which is fetched with its pretrained weights.
        depths: 0-based blocks (ViTs) or feature levels (others) to compare at; None takes four
            blocks of a ViT, evenly spread to the last, or all levels of another model.

    Raises:
        ValueError: where the file is no exported backbone or timm does not know the name.
    """

    def __init__(self, network: str, depths: Sequence[int] | None = None) -> None:
        trained: Mapping[str, Any] = {"mean": MEAN, "std": STD}
        module: nn.Module
        if network.endswith((".pth", ".pt")):
            module = exported(network, depths)
        elif timm.is_model(network):
            module = from_timm(network, depths)
            trained = cast(Any, module).pretrained_cfg
        else:
            raise ValueError(
                f"{network!r} is neither the file of an exported backbone (.pth) nor a timm model; "
                "set model.perceptual"
            )
        self.frozen = Frozen(module)
        self.scale, self.shift = to_normalisation(trained)

    def __call__(self, images: Tensor, others: Tensor) -> Tensor:
        """Mean distance of normalised pictures `[N, 3, H, W]`, 0 (same) to 4 (opposite)."""
        network = self.frozen.on(images)
        scale, shift = self.scale.to(images), self.shift.to(images)
        with torch.no_grad():
            wanted = network(images * scale + shift)
        distances = [
            # sum over features of unit vectors, mean over places
            (unit(a) - unit(b)).square().sum(1).mean()
            for a, b in zip(wanted, network(others * scale + shift), strict=True)
        ]
        return torch.stack(distances).mean()


def to_normalisation(trained: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    """From our normalisation to the `mean` and `std` a network was trained with.

    Scale and shift, `[3, 1, 1]` each: `images * scale + shift`.
    """
    theirs = (trained["mean"], trained["std"])
    mean, std, mean_, std_ = (torch.tensor(v).reshape(3, 1, 1) for v in (MEAN, STD, *theirs))
    return std / std_, (mean - mean_) / std_


def from_timm(name: str, depths: Sequence[int] | None) -> nn.Module:
    """A timm model giving maps, of any picture size where it is a ViT."""
    if not name.startswith(("vit_", "deit_")):
        return timm.create_model(name, pretrained=True, features_only=True, out_indices=depths)
    options = {"features_only": True, "dynamic_img_size": True}
    if depths is None:
        with torch.device("meta"):
            depths = spread_over(len(timm.create_model(name, pretrained=False).blocks))
    return timm.create_model(name, pretrained=True, out_indices=depths, **options)


def spread_over(depth: int) -> list[int]:
    """Four blocks, evenly spread to the last."""
    return sorted({round((i + 1) * depth / DEPTHS) - 1 for i in range(DEPTHS)})


def unit(features: Tensor) -> Tensor:
    return F.normalize(features.float() if features.dtype.itemsize < 4 else features, dim=1)


def exported(path: str, depths: Sequence[int] | None) -> PlainViT:
    """The encoder of an export, giving maps at `depths`."""
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"no backbone at {path} for the perceptual loss: export one with `python -m "
            "pretrain.export RUN OUT.pth` and set model.perceptual"
        )
    state, meta = load_export(path)
    if meta.get("kind") == "tokenizer":
        raise ValueError(f"{path} is a tokenizer; the perceptual loss looks through a backbone")
    depth = meta["depth"]
    model = PlainViT(
        arch=None,
        img_size=meta["img_size"],
        patch_size=meta["patch_size"],
        embed_dims=meta["embed_dims"],
        depth=depth,
        num_heads=meta["num_heads"],
        out_indices=depths or spread_over(depth),
    )
    model.load_state_dict(state, strict=True)
    return model
