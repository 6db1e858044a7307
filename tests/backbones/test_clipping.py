"""Clipping is MMEngine's, but the norm stays where the gradients are."""

import torch
from mmengine.logging import MessageHub
from mmengine.optim import OptimWrapper
from torch import nn

from backbones.clipping import ClippingOptimWrapper


def clipped(kind: type[OptimWrapper]) -> tuple[nn.Module, OptimWrapper]:
    torch.manual_seed(0)
    model = nn.Linear(4, 4)
    wrapper = kind(torch.optim.SGD(model.parameters(), lr=1.0), clip_grad=dict(max_norm=0.1))
    wrapper.message_hub = MessageHub(kind.__name__)
    wrapper.update_params(model(torch.ones(1, 4)).square().sum())
    return model, wrapper


def test_the_step_is_mmengines_and_nothing_is_read() -> None:
    model, wrapper = clipped(ClippingOptimWrapper)
    plain, its_wrapper = clipped(OptimWrapper)
    assert torch.equal(model.weight, plain.weight)
    read = its_wrapper.message_hub.get_scalar("train/grad_norm").current()
    assert read > 0.1
    assert float(wrapper.norm) == read
    assert "train/grad_norm" not in wrapper.message_hub.log_scalars


def test_clipping_by_value_has_no_norm() -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    clip = dict(type="value", clip_value=0.5)
    wrapper = ClippingOptimWrapper(optimizer, clip_grad=clip)
    before = model.weight.detach().clone()
    wrapper.update_params(100 * model(torch.ones(1, 2)).sum())
    torch.testing.assert_close(before - model.weight, torch.full((1, 2), 0.5))
    assert wrapper.norm is None
