"""The configuration whose step is measured, and its backbones.

Data are random and loading is left out; stochastic depth is off, so that all do equal work.
"""

import importlib
from argparse import Namespace
from pathlib import Path

import torch
from mmengine.config import Config
from torch import nn

from backbones import PlainViT
from transfer.benchmark.references import REFERENCES, copy_weights, fill

CONFIGS = Path(__file__).parents[1] / "configs"
SHIPPED = {
    "segmentation": CONFIGS / "ade20k" / "upernet_vit-b_512x512_160k.py",
    "detection": CONFIGS / "coco" / "mask-rcnn_vitdet-b_lsj-100e.py",
}
BATCH = {"segmentation": 2, "detection": 1}


def read_config(options: Namespace) -> Config:
    """The config with the options merged, its own modules imported."""
    config = Config.fromfile(options.config or SHIPPED[options.task])
    config.merge_from_dict(options.cfg_options or {})
    config.model.backbone.drop_path_rate = 0.0
    config.model.backbone.init_cfg = None
    if options.size is not None:
        config.model.backbone.img_size = options.size
        padding = config.model.data_preprocessor  # else smaller pictures are padded to its size
        if "size" in padding:
            padding.size = (options.size, options.size)
        if "pad_size_divisor" in padding:
            padding.pad_size_divisor = options.size
    importlib.import_module({"segmentation": "mmseg", "detection": "mmdet"}[options.task])
    return config


def shape_of(config: Config) -> tuple[int, int]:
    """Height and width of the pictures."""
    size = config.model.backbone.img_size
    height, width = (size, size) if isinstance(size, int) else size
    return height, width


def build_backbone(name: str, config: Config, task: str, *, weights: bool = True) -> nn.Module:
    """Ours, the 'reference', or 'plain'; without `weights` the reference as it initialises itself.

    Raises:
        ValueError: for a config whose backbone is not ours, or none the reference can be.
    """
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
