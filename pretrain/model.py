"""Masked image modelling: hide most patches, predict them (https://arxiv.org/abs/2111.06377).

Only the encoder is exported. Its state dict has the names and shapes of MAE's official full
checkpoints, encoder and decoder side by side, so those load strictly.

Shapes: N images, L patches, K visible patches, D encoder width, P predicted values a patch.
"""

from typing import Any, Literal, NamedTuple

import torch
from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor, nn

from backbones.vit import PlainViT
from pretrain.decoder import Decoder
from pretrain.flat_state import flatten_state
from pretrain.initialise import start_encoder, xavier
from pretrain.masking import kept, random_masking, take
from pretrain.targets import Target


class Reconstruction(NamedTuple):
    loss: Tensor  # scalar
    prediction: Tensor  # [N, L, P]
    mask: Tensor  # [N, L], 1 where hidden


@MODELS.register_module()
class MaskedImageModel(BaseModel):
    """A masked autoencoder; the encoder sees the visible patches only.

    Args:
        encoder: options of `PlainViT`.
        decoder: options of `Decoder`.
        target: a registered `Target`, e.g. `dict(type='PixelTarget', normalize=True)`.
        mask_ratio: share of patches hidden, [0, 1).
        loss_on: score the hidden patches only (MAE), or all of them.
    """

    encoder_prefix = ""  # in the state dict

    def __init__(
        self,
        encoder: dict[str, Any],
        decoder: dict[str, Any],
        target: dict[str, Any],
        *,
        mask_ratio: float = 0.75,
        loss_on: Literal["masked", "all"] = "masked",
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if loss_on not in ("masked", "all"):
            raise ValueError(f"loss_on must be 'masked' or 'all', got {loss_on!r}")
        self.mask_ratio = mask_ratio
        self.loss_on = loss_on
        self.encoder: PlainViT = MODELS.build({"type": "PlainViT", **encoder})
        if loss_on == "masked" and kept(self.encoder.num_patches, mask_ratio) == (
            self.encoder.num_patches
        ):
            raise ValueError(f"mask_ratio {mask_ratio} hides no patch; raise it or loss_on='all'")
        patch_size = self.encoder.patch_size
        self.target: Target = MODELS.build(target, default_args={"patch_size": patch_size})
        self.decoder = Decoder(
            self.encoder.embed_dims, self.encoder.grid, self.target.width, **decoder
        )
        start_encoder(self.encoder)
        xavier(self.decoder)
        nn.init.normal_(self.decoder.mask_token, std=0.02)
        flatten_state(self, "encoder", "decoder")

    @property
    def target_name(self) -> str:
        return self.target.name

    def forward(
        self,
        images: Tensor,
        *,
        labels: Tensor | None = None,
        noise: Tensor | None = None,
        mode: Literal["tensor", "loss"] = "tensor",
    ) -> Any:
        """Reconstruct normalised `images` `[N, 3, H, W]`; `labels` are not used.

        `noise` `[N, L]` chooses the mask (smallest kept), drawn where it is not given. Returns a
        `Reconstruction`, or `{"loss": …}` with `mode='loss'`, which is what the runner asks for.
        """
        if noise is None:
            noise = torch.rand(len(images), self.encoder.num_patches, device=images.device)
        masking = random_masking(noise, self.mask_ratio)
        patches = take(self.encoder.patches(images), masking.keep)  # [N, K, D]
        tokens = self.encoder.encode(self.encoder.with_cls(patches))  # [N, 1 + K, D]
        prediction = self.decoder(tokens, masking.restore)  # [N, L, P]
        per_patch = self.target.loss(prediction, self.target.truth(images))  # [N, L]
        if self.loss_on == "all":
            loss = per_patch.mean()
        else:
            loss = (per_patch * masking.mask).sum() / masking.mask.sum()
        if mode == "loss":
            return {"loss": loss}
        return Reconstruction(loss, prediction, masking.mask)
