"""The published protocols' optimiser wrapper really computes attention and MLP in bfloat16."""

from typing import Any

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import MODELS, DefaultScope
from mmengine.runner import set_random_seed
from mmengine.structures import InstanceData, PixelData
from torch import Tensor, nn


def detection_batch() -> dict[str, Any]:
    from mmdet.structures import DetDataSample
    from mmdet.structures.mask import BitmapMasks

    sample = DetDataSample(metainfo={"img_shape": (96, 96), "ori_shape": (96, 96)})
    masks = torch.zeros(1, 96, 96, dtype=torch.uint8)
    masks[:, 20:70, 10:60] = 1
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([[10.0, 20.0, 60.0, 70.0]]),
        labels=torch.tensor([2]),
        masks=BitmapMasks(masks.numpy(), 96, 96),
    )
    samples = [sample, sample.clone()]
    return {"inputs": list(pictures()), "data_samples": samples}


def segmentation_batch() -> dict[str, Any]:
    from mmseg.structures import SegDataSample

    sample = SegDataSample(metainfo={"img_shape": (96, 96), "ori_shape": (96, 96)})
    sample.gt_sem_seg = PixelData(data=torch.randint(0, 9, (1, 96, 96)))
    return {"inputs": list(pictures()), "data_samples": [sample, sample.clone()]}


def pictures() -> Tensor:
    return torch.randint(0, 256, (2, 3, 96, 96), dtype=torch.uint8)


@pytest.mark.parametrize(
    ("protocol", "small", "batch"),
    [
        ("coco/mask-rcnn_vit-b_fpn_lsj-100e", "coco/toy", detection_batch),
        ("coco/mask-rcnn_vitdet-b_lsj-100e", "coco/toy", detection_batch),
        ("ade20k/upernet_vit-b_512x512_160k", "ade20k/toy", segmentation_batch),
    ],
)
def test_a_step_computes_in_bfloat16_and_moves_float32_weights(
    protocol: str, small: str, batch: Any, load: Any
) -> None:
    """The protocol's own wrapper on the demo's small model: a real step of each kind of model."""
    set_random_seed(0)
    with DefaultScope.overwrite_default_scope(load(small).default_scope):
        model = MODELS.build(load(small).model)
        model.init_weights()
        optimizer = build_optim_wrapper(model, load(protocol).optim_wrapper)
        seen: dict[str, torch.dtype] = {}
        for name, module in model.backbone.named_modules():
            if name.endswith(("attn.qkv", "attn.proj", "mlp.fc1", "mlp.fc2")):
                module.register_forward_hook(note(seen, name))
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        losses = model.train().train_step(batch(), optimizer)

    assert len(seen) == 4 * model.backbone.depth
    assert set(seen.values()) == {torch.bfloat16}
    assert torch.isfinite(losses["loss"])
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    weight = "backbone.blocks.0.mlp.fc1.weight"
    assert not torch.equal(before[weight], model.get_parameter(weight))


def note(seen: dict[str, torch.dtype], name: str) -> Any:
    def hook(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen[name] = output.dtype

    return hook
