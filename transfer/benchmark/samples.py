"""Random pictures with their labels, as the models' data preprocessors take them."""

from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from transfer.benchmark.config import shape_of

OBJECTS = 8  # in a picture


def batch_of(config: Config, task: str, pictures: int) -> dict[str, Any]:
    """The same pictures whenever it is called."""
    shape, random = shape_of(config), np.random.default_rng(0)
    segmentation = task == "segmentation"
    head = config.model.decode_head if segmentation else config.model.roi_head.bbox_head
    sample = labelled if segmentation else annotated
    return {
        "inputs": [
            torch.from_numpy(random.integers(0, 256, (3, *shape), dtype=np.uint8))
            for _ in range(pictures)
        ],
        "data_samples": [sample(shape, head.num_classes, random) for _ in range(pictures)],
    }


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
