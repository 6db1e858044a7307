"""Real detectors and segmentors learn the same in either layout, from the same files."""

from pathlib import Path

import pytest
import torch
from mmcv.ops import RoIAlign
from torch import Tensor, nn

from transfer.benchmark.__main__ import parse
from transfer.benchmark.cases import ModelCase, build_case
from transfer.benchmark.compare import difference
from transfer.channels_last import pays, to_channels_last

CONFIGS = Path(__file__).parents[2] / "transfer/configs"
LAST = torch.channels_last
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


def test_every_convolution_beside_the_backbone_is_given_such_maps(arguments: list[str]) -> None:
    model = case(arguments, channels_last=True)
    seen: dict[str, bool] = {}

    def note(name: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen[name] = all(x.is_contiguous(memory_format=LAST) for x in (*inputs, output))

    for name, module in model.model.named_modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(lambda _, x, y, name=name: note(name, x, y))
    model.step()
    assert seen.pop("backbone.patch_embed.proj") is False
    assert len(seen) > 10
    assert [name for name, turned in seen.items() if not turned] == []
    assert all(parameter.is_contiguous() for parameter in model.model.parameters())


def test_it_is_for_gpus() -> None:
    assert pays(torch.device("cuda"))
    assert not pays(torch.device("cpu"))


def test_mmcvs_operators_get_the_layout_they_take_for_granted() -> None:
    """They read any map as a contiguous one, and say nothing."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(1, 8, 6, 6, generator=generator)
    regions = torch.tensor([[0.0, 1, 1, 4, 5]])
    model = nn.ModuleDict({"head": nn.Sequential(RoIAlign(2))})
    expected = model["head"][0](maps, regions)
    last = maps.contiguous(memory_format=LAST)
    assert not torch.equal(model["head"][0](last, regions), expected)
    to_channels_last(model)
    assert torch.equal(model["head"][0](last, regions), expected)
