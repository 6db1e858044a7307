"""The models whose steps are compared: the same weights, pictures and precision.

Shapes: N images, L patches.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS
from torch import Tensor, nn

from pretrain.benchmark.plain import PlainMAE
from pretrain.model import MaskedImageModel

CONFIG = Path(__file__).parents[1] / "configs" / "_base_" / "mae.py"
NAMES = ("plain", "fast", "compiled")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
LR = 1e-4


class Result(NamedTuple):
    loss: Tensor
    gradients: dict[str, Tensor]  # by the names of the state dict


def read_config(options: Namespace) -> Config:
    """The project's MAE, of the asked size."""
    config = Config.fromfile(CONFIG)
    config.model.encoder.update(arch=options.arch, img_size=options.size)
    if options.depth:
        config.model.encoder.depth = options.depth
    config.model.encoder.with_cp = config.model.decoder.with_cp = options.checkpointing
    return config


def build_model(options: Namespace, target: dict[str, Any] | None = None) -> MaskedImageModel:
    """The project's MAE, predicting normalised pixels or another `target`."""
    torch.manual_seed(0)
    config = read_config(options).model
    if target is not None:
        config.target = target
    model: MaskedImageModel = MODELS.build(config)
    return model.to(options.device).train()


def batch_of(options: Namespace) -> Tensor:
    """Random uint8 pictures `[N, 3, H, W]`, on the device."""
    generator = torch.Generator().manual_seed(1)
    shape = (options.batch, 3, options.size, options.size)
    images = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    return images.to(options.device)


class FastCase:
    """The project's model and optimiser as `python -m pretrain` builds them."""

    def __init__(
        self,
        options: Namespace,
        *,
        compiled: bool = False,
        target: dict[str, Any] | None = None,
    ) -> None:
        self.model, self.images = build_model(options, target), batch_of(options)
        self.batch = {"images": self.images}
        second = self.model.target.second_size
        if second is not None:
            self.batch["second"] = F.interpolate(self.images, (second, second))
        wrapper = dict(read_config(options).optim_wrapper)
        wrapper["optimizer"]["lr"] = LR
        if options.dtype == "bfloat16":
            wrapper["type"] = "Bf16OptimWrapper"
        self.wrapper = build_optim_wrapper(self.model, wrapper)
        if compiled:
            self.model.compile(mode=options.compile_mode)

    def step(self) -> None:
        self.model.train_step(self.batch, self.wrapper)

    def compute(self, noise: Tensor) -> Result:
        """Loss and gradients for a mask; no weight changes."""
        with self.wrapper.optim_context(self.model):
            images = self.model.data_preprocessor({"images": self.images})["images"]
            loss = self.model(images, noise=noise, mode="loss")["loss"]
        loss.backward()
        named = dict(self.model.named_parameters())
        names = {name: name.split(".", 1)[1] for name in named}  # without encoder and decoder
        return Result(loss.detach(), take_gradients({names[n]: p for n, p in named.items()}))


class PlainCase:
    """The paper's model with the optimiser as PyTorch has it; the loss is read every step."""

    def __init__(self, options: Namespace) -> None:
        model = build_model(options)
        self.images, self.preprocess = batch_of(options), model.data_preprocessor
        self.model: nn.Module = PlainMAE(model).to(options.device)
        self.patches = model.masks.number
        self.dtype = DTYPES[options.dtype]
        trained = [p for p in self.model.parameters() if p.requires_grad]
        groups = [
            {"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.05},
            {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=LR, betas=(0.9, 0.95))

    def step(self) -> float:
        noise = torch.rand(len(self.images), self.patches, device=self.images.device)
        loss = self.loss(noise)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item()

    def loss(self, noise: Tensor) -> Tensor:
        device, mixed = self.images.device.type, self.dtype != torch.float32
        images = self.preprocess({"images": self.images})["images"]
        with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed):
            found: Tensor = self.model(images, noise)
        return found

    def compute(self, noise: Tensor) -> Result:
        """Loss and gradients for a mask; no weight changes."""
        loss = self.loss(noise)
        loss.backward()
        return Result(loss.detach(), take_gradients(dict(self.model.named_parameters())))


def take_gradients(named: dict[str, nn.Parameter]) -> dict[str, Tensor]:
    """The gradients of the parameters that have one, which have none afterwards."""
    found = {name: p.grad for name, p in named.items() if p.grad is not None}
    for parameter in named.values():
        parameter.grad = None
    return found


Case = FastCase | PlainCase


def build_case(name: str, options: Namespace) -> Case:
    """One of `NAMES`."""
    return PlainCase(options) if name == "plain" else FastCase(options, compiled=name == "compiled")
