"""Real detectors and segmentors learn the same in either layout, from the same files."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from transfer.benchmark.__main__ import parse
from transfer.benchmark.cases import ModelCase, build_case
from transfer.benchmark.compare import difference
from transfer.channels_last import align_moments, pays, to_channels_last

CONFIGS = Path(__file__).parents[2] / "transfer/configs"
VITDET = """
_base_ = {toy!r}
norm_cfg = dict(type="LN2d", eps=1e-6)
model = dict(
    backbone=dict(rel_pos="decomposed", out_indices=(3,)),
    neck=dict(
        _delete_=True, type="SimpleFeaturePyramid", embed_dims=96, out_channels=64, num_outs=5
    ),
    rpn_head=dict(anchor_generator=dict(strides=[3, 6, 12, 24, 48])),
    roi_head=dict(
        bbox_roi_extractor=dict(featmap_strides=[3, 6, 12, 24]),
        mask_roi_extractor=dict(featmap_strides=[3, 6, 12, 24]),
        bbox_head=dict(norm_cfg=norm_cfg),
        mask_head=dict(norm_cfg=norm_cfg),
    ),
)
"""


@pytest.fixture(params=["ade20k", "coco", "vitdet"])
def arguments(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """UperNet, Mask R-CNN with FPN, and with ViTDet's pyramid and norms."""
    task = {"ade20k": "segmentation"}.get(request.param, "detection")
    if request.param == "vitdet":
        path = tmp_path / "vitdet.py"
        path.write_text(VITDET.format(toy=str(CONFIGS / "coco/toy.py")))
    else:
        path = CONFIGS / request.param / "toy.py"
    where = ["--config", str(path), "--device", "cpu", "--dtype", "float32", "--full"]
    return [task, *where, "--batch", "2"]


def case(arguments: list[str], *, channels_last: bool) -> ModelCase:
    """At a small rate: Adam makes whole steps out of gradients that are rounding alone."""
    own = [f"channels_last={channels_last}", "optim_wrapper.optimizer.lr=1e-5"]
    options = parse([*arguments, "--cfg-options", *own])
    found = build_case("ours", options)
    assert isinstance(found, ModelCase)
    return found


def test_losses_gradients_and_steps_are_the_contiguous_ones(arguments: list[str]) -> None:
    last, plain = (case(arguments, channels_last=value) for value in (True, False))
    assert last.model.state_dict().keys() == plain.model.state_dict().keys()
    for tolerance in (1e-3, 1e-2):  # the second after a step of the optimiser
        found, expected = last.compute(), plain.compute()
        assert found.gradients.keys() == expected.gradients.keys()
        apart = difference(found, expected)
        assert apart["values"] < 1e-4
        assert apart["gradients"] < tolerance
        last.step()
        plain.step()


def test_every_convolution_beside_the_backbone_is_turned_and_no_other(
    arguments: list[str],
) -> None:
    model = case(arguments, channels_last=True).model
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and max(module.kernel_size) > 1:
            turned = module.weight.is_contiguous(memory_format=torch.channels_last)
            assert turned != name.startswith("backbone"), name


def stepped(*, layouts: list[bool]) -> dict[str, Any]:
    """Weights after a step in each layout, the run stopped and continued in between."""
    saved: dict[str, Any] = {}
    for step, channels_last in enumerate(layouts):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 5, 3), nn.GELU(), nn.Conv2d(5, 4, 3))
        optimizer = dict(type="AdamW", lr=0.1, fused=True)
        wrapper = build_optim_wrapper(model, dict(optimizer=optimizer))
        if saved:
            model.load_state_dict(saved["model"])
            wrapper.load_state_dict(saved["optimizer"])
        if channels_last:
            to_channels_last(model)
        align_moments(wrapper.optimizer)
        images = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(step))
        wrapper.update_params(model(images).square().mean())
        saved = dict(model=model.state_dict(), optimizer=wrapper.state_dict())
    weights: dict[str, Any] = saved["model"]
    return weights


@pytest.mark.parametrize("layouts", [[True] * 3, [False, True, False], [True, False, True]])
def test_a_run_may_go_on_in_the_other_layout(layouts: list[bool]) -> None:
    expected = stepped(layouts=[False] * 3)
    for name, weight in stepped(layouts=layouts).items():
        torch.testing.assert_close(weight, expected[name], rtol=1e-4, atol=1e-5, msg=name)


def test_it_is_for_gpus() -> None:
    assert pays(torch.device("cuda"))
    assert not pays(torch.device("cpu"))
