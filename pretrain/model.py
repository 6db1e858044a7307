"""Masked image modelling: hide patches, predict them.

MAE (https://arxiv.org/abs/2111.06377) shows its encoder the visible patches only; BEiT
(https://arxiv.org/abs/2106.08254), SimMIM and MaskFeat show it all of them, the hidden ones as mask
tokens. Mask, encoder form, decoder and target are chosen freely; every method is a combination.
Only the encoder is exported. The state dict has the names and shapes of MAE's official full
checkpoints, encoder and decoder side by side, so those load strictly.

Shapes: N images, L patches, K visible patches, D encoder width, P predicted values a patch.
"""

from typing import Any, Literal, NamedTuple

import torch
from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import Tensor, nn

from backbones.vit import PlainViT
from pretrain.beside import begin
from pretrain.decoder import Decoder, LinearHead
from pretrain.flat_state import flatten_state
from pretrain.initialise import start_encoder, xavier
from pretrain.masking import Masking, MaskSampler, keep_smallest, take
from pretrain.targets import Target

FORMS = ("visible-only", "mask-token")


class Reconstruction(NamedTuple):
    loss: Tensor  # scalar
    prediction: Tensor  # [N, L, P]
    mask: Tensor  # [N, L], 1 where hidden


@MODELS.register_module()
class MaskedImageModel(BaseModel):
    """An encoder, what it is shown, and what it must predict.

    Args:
        encoder: options of `PlainViT`.
        decoder: options of `Decoder`; None predicts linearly from the encoder's output.
        target: a registered `Target`, e.g. `dict(type='PixelTarget', normalize=True)`.
        masking: a registered `MaskSampler`.
        mask_ratio: share of patches hidden, [0, 1).
        form: 'visible-only' (MAE) or 'mask-token' (BEiT, SimMIM): what the encoder gets.
        loss_on: score the hidden patches only, or all of them.
        start: weights and positions at the start: 'mae' (Xavier, fixed sin-cos) or 'beit'
            (truncated normal shrunk with depth, learned).

    Raises:
        ValueError: for options that do not go together, naming them.
    """

    encoder_prefix = ""  # in the state dict

    def __init__(
        self,
        encoder: dict[str, Any],
        target: dict[str, Any],
        decoder: dict[str, Any] | None = None,
        *,
        masking: dict[str, Any] | None = None,
        mask_ratio: float = 0.75,
        form: Literal["visible-only", "mask-token"] = "visible-only",
        loss_on: Literal["masked", "all"] = "masked",
        start: Literal["mae", "beit"] = "mae",
        data_preprocessor: dict[str, Any] | nn.Module | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.form, self.loss_on = form, loss_on
        self.encoder: PlainViT = MODELS.build({"type": "PlainViT", **encoder})
        grid, dims = self.encoder.grid, self.encoder.embed_dims
        options = {"grid": grid, "ratio": mask_ratio}
        self.masks: MaskSampler = MODELS.build({"type": "RandomMask", **(masking or {}), **options})
        self.check_options(decoder, start)
        patch_size = self.encoder.patch_size
        self.target: Target = MODELS.build(target, default_args={"patch_size": patch_size})
        self.target.check_grid(grid)
        width = self.target.width
        self.decoder: Decoder | LinearHead
        if decoder is None:
            self.decoder = LinearHead(dims, width)
        else:
            own_token = form == "visible-only"
            self.decoder = Decoder(dims, grid, width, mask_token=own_token, **decoder)
        if form == "mask-token":
            self.mask_token = nn.Parameter(torch.zeros(1, 1, dims))
        self.reset_parameters(start)
        flatten_state(self, "encoder", "decoder")

    def check_options(self, decoder: dict[str, Any] | None, start: str) -> None:
        if self.form not in FORMS:
            raise ValueError(f"form must be one of {FORMS}, got {self.form!r}")
        if self.loss_on not in ("masked", "all"):
            raise ValueError(f"loss_on must be 'masked' or 'all', got {self.loss_on!r}")
        if start not in ("mae", "beit"):
            raise ValueError(f"start must be 'mae' or 'beit', got {start!r}")
        if self.loss_on == "masked" and self.masks.visible == self.masks.number:
            raise ValueError(
                f"mask_ratio {self.masks.ratio} hides no patch; raise it or loss_on='all'"
            )
        if self.form == "visible-only":
            if decoder is None:
                raise ValueError(
                    "a linear head sees no hidden patch of a visible-only encoder; give decoder="
                    "dict(…) or form='mask-token'"
                )
            if not self.masks.exact:
                raise ValueError(
                    f"{type(self.masks).__name__} hides another number in every picture, which a "
                    "visible-only encoder cannot batch; set masking.fill=True or form='mask-token'"
                )

    def reset_parameters(self, start: str) -> None:
        if start == "mae":
            start_encoder(self.encoder)
            xavier(self.decoder)
        else:
            for layer in self.decoder.modules():
                if isinstance(layer, nn.Linear):
                    nn.init.trunc_normal_(layer.weight, std=0.02, a=-0.02, b=0.02)
                    nn.init.zeros_(layer.bias)
        owner = self if self.form == "mask-token" else self.decoder
        nn.init.normal_(owner.get_parameter("mask_token"), std=0.02)

    @property
    def target_name(self) -> str:
        return self.target.name

    @property
    def mask_ratio(self) -> float:
        return self.masks.ratio

    def forward(
        self,
        images: Tensor,
        *,
        labels: Tensor | None = None,
        second: Tensor | None = None,
        noise: Tensor | None = None,
        mode: Literal["tensor", "loss"] = "tensor",
    ) -> Any:
        """Reconstruct normalised `images` `[N, 3, H, W]`; `labels` are not used.

        `second` `[N, 3, h, w]` is the same view at the size a tokenizer wants. `noise` `[N, L]`
        chooses the mask (smallest kept) in place of the sampler. Returns a `Reconstruction`, or
        `{"loss": …}` with `mode='loss'`, which is what the runner asks for and predicts only what
        is scored.
        """
        masking = self.masking(images, noise)
        view = self.target_view(images, second)
        if mode == "loss":
            return {"loss": self.loss(images, view, masking)}
        prediction = self.predict(images, masking)  # [N, L, P]
        per_patch = self.target.loss(prediction, self.target.truth(view))  # [N, L]
        if self.loss_on == "all":
            loss = per_patch.mean()
        else:
            loss = (per_patch * masking.mask).sum() / masking.mask.sum().clamp(min=1)
        return Reconstruction(loss, prediction, masking.mask)

    def predict(self, images: Tensor, masking: Masking) -> Tensor:
        """Predictions `[N, L, P]` for normalised `images` under a given mask; no target needed."""
        return self.decoder.predict(self.decoder(self.encode(images, masking), masking))

    def compile(self, **options: Any) -> None:
        """`torch.compile` the loss. Masks are drawn outside, the same whether compiled or not.

        Before it, what would otherwise happen inside at the first step: the target comes along to
        the model's device, and a number of patches that differs from batch to batch is said to.
        """
        self.target.follow(self.encoder.patch_embed.proj.weight)
        compiled = torch.compile(self.loss, **options)

        def loss(images: Tensor, view: Tensor, masking: Masking) -> Tensor:
            if masking.hide.ndim == 1:
                torch._dynamo.maybe_mark_dynamic(masking.hide, 0)
            return compiled(images, view, masking)

        self.loss = loss  # type: ignore[method-assign]

    def masking(self, images: Tensor, noise: Tensor | None) -> Masking:
        if noise is None:
            return self.masks.draw(len(images), images.device)
        return keep_smallest(noise, self.masks.visible)

    def encode(self, images: Tensor, masking: Masking) -> Tensor:
        """Class token and patches, `[N, 1 + K, D]` or with mask tokens `[N, 1 + L, D]`."""
        if self.form == "visible-only":
            patches = self.encoder.embed_some(images, masking.keep)  # [N, K, D]
            return self.encoder.encode(self.encoder.with_prefix(patches))
        tokens, grid = self.encoder.project(images)  # [N, L, D], no positions yet
        mask = masking.mask[:, :, None].to(tokens.dtype)  # [N, L, 1]
        tokens = tokens * (1 - mask) + self.mask_token.to(tokens.dtype) * mask
        return self.encoder.encode(
            self.encoder.with_prefix(self.encoder.locate(tokens, grid)), grid
        )

    def loss(self, images: Tensor, view: Tensor, masking: Masking) -> Tensor:
        """The mean loss of the patches that count, predicting no others."""
        truth_of = begin(self.target.truth, view, beside=self.target.costly)
        tokens, truth = self.encode(images, masking), truth_of()  # truth [N, L, …]
        if self.loss_on == "masked":
            features, truth = self.decoder.hidden(tokens, masking), take(truth, masking.hide)
        else:
            features = self.decoder(tokens, masking)
        losses = self.target.loss(self.decoder.predict(features), truth)
        return losses.sum() / max(1, losses.numel())  # few small pictures may hide nothing at all

    def target_view(self, images: Tensor, second: Tensor | None) -> Tensor:
        """The view the target looks at.

        Raises:
            ValueError: where it wants a second one and none came.
        """
        size = self.target.second_size
        if size is None:
            return images
        if second is None:
            raise ValueError(
                f"target {self.target.name!r} needs a second view of {size} pixels; set "
                f"train_dataloader.dataset.second_size={size}"
            )
        if second.shape[2:] != (size, size):
            raise ValueError(
                f"target {self.target.name!r} needs a second view of {size} pixels and got "
                f"{tuple(second.shape[2:])}; train_dataloader.dataset.second_size must be {size}"
            )
        return second
