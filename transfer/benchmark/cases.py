"""What is measured: the steps of a backbone, or of the whole model of a config.

Both tell what they compute, values and gradients by name, so that only equal steps are timed.

Shapes: N images, H W pixels.
"""

from argparse import Namespace
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn

from transfer.amp import DTYPES, AutocastOptimWrapper
from transfer.benchmark.config import build_backbone, read_config, shape_of
from transfer.benchmark.samples import batch_of
from transfer.channels_last import set_layout
from transfer.compiled import compile_backbone

BACKBONES = ("ours", "reference", "plain")  # the cases of a backbone; also 'compiled'
STEPS = ("ours", "stock", "reference")  # of a whole model; also 'compiled' and 'plain'
NAMES = ("ours", "stock", "reference", "plain", "compiled")
AS_EVERYONE = ("stock", "reference")  # train with contiguous heads and a parameter at a time


class Result(NamedTuple):
    values: dict[str, Tensor]  # maps or losses
    gradients: dict[str, Tensor]


class BackboneCase:
    """Forward and backward of a backbone on the same pictures for all."""

    def __init__(self, name: str, backbone: nn.Module, config: Config, options: Namespace) -> None:
        self.device = torch.device(options.device)
        self.dtype = DTYPES[options.dtype]
        self.model = nn.ModuleDict({"backbone": backbone}).to(self.device).train()
        if name == "compiled":
            compile_backbone(self.model, mode=options.compile_mode)
        generator = torch.Generator().manual_seed(1)
        images = torch.randn(options.batch, 3, *shape_of(config), generator=generator)
        self.images = images.to(self.device)

    def maps(self) -> tuple[Tensor, ...]:
        enabled = self.dtype != torch.float32
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=enabled):
            out: tuple[Tensor, ...] = self.model["backbone"](self.images)
        return out

    def backward(self) -> dict[str, Tensor]:
        maps = self.maps()
        torch.stack([x.float().square().mean() for x in maps]).sum().backward()
        return {str(i): x.detach() for i, x in enumerate(maps)}

    def compute(self) -> Result:
        """Maps and gradients."""
        return Result(self.backward(), take_gradients(self.model))

    def step(self) -> None:
        self.backward()
        self.model.zero_grad()


class ModelCase:
    """A training step of the config's whole model: losses, backward, AdamW.

    `ours` and `compiled` are as the config trains, its optimiser built by its own constructor.
    """

    def __init__(self, name: str, backbone: nn.Module, config: Config, options: Namespace) -> None:
        torch.manual_seed(0)
        with DefaultScope.overwrite_default_scope(config.default_scope):
            model = revert_sync_batchnorm(MODELS.build(config.model))
        model.backbone = backbone
        self.model = model.to(options.device).train()
        self.data = batch_of(config, options.task, options.batch)
        if name in AS_EVERYONE:
            self.wrapper: OptimWrapper = one_by_one(self.model, config, options.dtype)
            return
        set_layout(self.model, config.get("channels_last"), torch.device(options.device))
        self.wrapper = build_optim_wrapper(
            self.model, {**config.to_dict()["optim_wrapper"], "dtype": options.dtype}
        )
        if name == "compiled":
            compile_backbone(self.model, mode=options.compile_mode)

    def compute(self) -> Result:
        """Losses and gradients; no weight changes."""
        return Result(self.backward(), take_gradients(self.model))

    def backward(self) -> dict[str, Tensor]:
        torch.manual_seed(0)  # heads draw regions and drop channels
        with self.wrapper.optim_context(self.model):
            data = self.model.data_preprocessor(self.data, True)
            loss, losses = self.model.parse_losses(self.model(**data, mode="loss"))
        loss.backward()
        return {name: value.detach() for name, value in losses.items()}

    def step(self) -> None:
        torch.manual_seed(0)
        losses = self.model.train_step(self.data, self.wrapper)
        losses["loss"].item()


def take_gradients(model: nn.Module) -> dict[str, Tensor]:
    """The gradients of the parameters that have one, which have none afterwards."""
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    return found


def one_by_one(model: nn.Module, config: Config, dtype: str) -> OptimWrapper:
    """AdamW as a plain loop has it: a group and a kernel after the other for every parameter."""
    wrapper: dict[str, Any] = config.to_dict()["optim_wrapper"]
    settings = wrapper["optimizer"]
    kept = {name: settings[name] for name in ("lr", "betas", "weight_decay") if name in settings}
    groups = [{"params": [p]} for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(groups, **kept, foreach=False, fused=False)
    return AutocastOptimWrapper(optimizer, dtype=dtype, clip_grad=wrapper.get("clip_grad"))


Case = BackboneCase | ModelCase


def build_case(name: str, options: Namespace, *, weights: bool = True) -> Case:
    """One of `NAMES`."""
    config = read_config(options)
    backbone = build_backbone(name, config, options.task, weights=weights)
    kind = ModelCase if options.full else BackboneCase
    return kind(name, backbone, config, options)
