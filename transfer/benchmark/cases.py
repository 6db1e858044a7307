"""What is measured: the steps of a backbone, or of the whole model of a config.

Three backbones each: `ours`, the `reference` with the same weights, and `plain`, ours without
relative position. A backbone's step is forward and backward; a model's also takes its losses and
AdamW. Data are random and loading is left out; stochastic depth is off, so that all do equal work.

Shapes: N images, H W pixels.
"""

import importlib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn

from backbones import PlainViT
from transfer.amp import DTYPES, AutocastOptimWrapper
from transfer.benchmark.references import REFERENCES, copy_weights, fill

CONFIGS = Path(__file__).parents[1] / "configs"
SHIPPED = {
    "segmentation": CONFIGS / "ade20k" / "upernet_vit-b_512x512_160k.py",
    "detection": CONFIGS / "coco" / "mask-rcnn_vitdet-b_lsj-100e.py",
}
BATCH = {"segmentation": 2, "detection": 1}
NAMES = ("ours", "reference", "plain")
OBJECTS = 8  # in a picture

Step = Callable[[], dict[str, float]]


def read_config(options: Namespace) -> Config:
    """The config with the options merged, its own modules imported."""
    config = Config.fromfile(options.config or SHIPPED[options.task])
    config.merge_from_dict(options.cfg_options or {})
    config.model.backbone.drop_path_rate = 0.0
    config.model.backbone.init_cfg = None
    if options.size is not None:
        config.model.backbone.img_size = options.size
    importlib.import_module({"segmentation": "mmseg", "detection": "mmdet"}[options.task])
    return config


def build_backbone(name: str, config: Config, task: str, *, weights: bool = True) -> nn.Module:
    """One of `NAMES`; without `weights` the reference is as it initialises itself."""
    arguments = dict(config.model.backbone)
    kind = arguments.pop("type")
    if kind != PlainViT.__name__:
        raise ValueError(f"the config's backbone is a {kind}, not a PlainViT")
    if name == "plain":
        arguments["rel_pos"] = None
    torch.manual_seed(0)
    with torch.device("cpu" if weights or name != "reference" else "meta"):
        vit = PlainViT(**arguments)
    if name != "reference":
        fill(vit)
        return vit
    reference = REFERENCES[task](vit)
    if weights:
        fill(vit)
        copy_weights(vit, reference)
    return reference


class BackboneCase:
    """Forward and backward of a backbone on the same pictures for all."""

    def __init__(self, backbone: nn.Module, config: Config, options: Namespace) -> None:
        self.device = torch.device(options.device)
        self.dtype = DTYPES[options.dtype]
        self.backbone = backbone.to(self.device)
        self.backbone.train()
        size = config.model.backbone.img_size
        height, width = (size, size) if isinstance(size, int) else size
        generator = torch.Generator().manual_seed(1)
        images = torch.randn(options.batch, 3, height, width, generator=generator)
        self.images = images.to(self.device)

    def maps(self) -> tuple[Tensor, ...]:
        """Its outputs, without gradient, for the comparison."""
        with torch.no_grad(), self.autocast():
            out: tuple[Tensor, ...] = self.backbone(self.images)
        return out

    def step(self) -> dict[str, float]:
        with self.autocast():
            means = [x.float().square().mean() for x in self.backbone(self.images)]
            loss = torch.stack(means).sum()
        loss.backward()
        for parameter in self.backbone.parameters():
            parameter.grad = None
        return {"loss": loss.item()}

    def autocast(self) -> torch.autocast:
        enabled = self.dtype != torch.float32
        return torch.autocast(self.device.type, dtype=self.dtype, enabled=enabled)


class ModelCase:
    """The config's whole model with a backbone: losses, backward, AdamW."""

    def __init__(self, backbone: nn.Module, config: Config, options: Namespace) -> None:
        torch.manual_seed(0)
        with DefaultScope.overwrite_default_scope(config.default_scope):
            model = revert_sync_batchnorm(MODELS.build(config.model))
        model.backbone = backbone
        self.model = model.to(options.device).train()
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-5)
        self.optimizer = AutocastOptimWrapper(optimizer, dtype=options.dtype)
        size = config.model.backbone.img_size
        shape = (size, size) if isinstance(size, int) else tuple(size)
        random = np.random.default_rng(0)
        sample = {"segmentation": labelled, "detection": annotated}[options.task]
        classes = config.model.decode_head if options.task == "segmentation" else None
        count = classes.num_classes if classes else config.model.roi_head.bbox_head.num_classes
        self.data = {
            "inputs": [
                torch.from_numpy(random.integers(0, 256, (3, *shape), dtype=np.uint8))
                for _ in range(options.batch)
            ],
            "data_samples": [sample(shape, count, random) for _ in range(options.batch)],
        }

    def step(self) -> dict[str, float]:
        torch.manual_seed(0)  # heads draw regions and drop channels
        losses = self.model.train_step(self.data, self.optimizer)
        return {name: value.item() for name, value in losses.items()}


def labelled(shape: tuple[int, int], classes: int, random: np.random.Generator) -> Any:
    """A label for every pixel."""
    from mmengine.structures import PixelData
    from mmseg.structures import SegDataSample

    sample = SegDataSample(metainfo=dict(img_shape=shape, ori_shape=shape, pad_shape=shape))
    labels = torch.from_numpy(random.integers(0, classes, (1, *shape)))
    sample.gt_sem_seg = PixelData(data=labels)
    return sample


def annotated(shape: tuple[int, int], classes: int, random: np.random.Generator) -> Any:
    """Boxes of a quarter of the side, and their masks."""
    from mmdet.structures import DetDataSample
    from mmdet.structures.mask import BitmapMasks
    from mmengine.structures import InstanceData

    height, width = shape
    masks = np.zeros((OBJECTS, height, width), np.uint8)
    boxes = np.zeros((OBJECTS, 4), np.float32)
    for mask, box in zip(masks, boxes, strict=True):
        top, left = random.integers(0, height - height // 4), random.integers(0, width - width // 4)
        mask[top : top + height // 4, left : left + width // 4] = 1
        box[:] = left, top, left + width // 4, top + height // 4
    sample = DetDataSample(
        metainfo=dict(img_shape=shape, ori_shape=shape, pad_shape=shape, scale_factor=(1.0, 1.0))
    )
    sample.gt_instances = InstanceData(
        bboxes=torch.from_numpy(boxes),
        labels=torch.from_numpy(random.integers(0, classes, OBJECTS)),
        masks=BitmapMasks(masks, height, width),
    )
    return sample


Case = BackboneCase | ModelCase


def build_case(name: str, options: Namespace, *, weights: bool = True) -> Case:
    config = read_config(options)
    backbone = build_backbone(name, config, options.task, weights=weights)
    kind = ModelCase if options.full else BackboneCase
    return kind(backbone, config, options)
