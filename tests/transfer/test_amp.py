"""Mixed precision is really on, on every device, and really off where asked."""

import pytest
import torch
from torch import nn

from transfer.amp import AutocastOptimWrapper


def wrapper(model: nn.Module, dtype: str) -> AutocastOptimWrapper:
    return AutocastOptimWrapper(torch.optim.SGD(model.parameters(), lr=0.1), dtype=dtype)


@pytest.mark.parametrize(
    ("dtype", "expected"), [("bfloat16", torch.bfloat16), ("float32", torch.float32)]
)
def test_the_step_computes_in_the_given_type(dtype: str, expected: torch.dtype) -> None:
    model = nn.Linear(4, 4)
    with wrapper(model, dtype).optim_context(model):
        assert model(torch.ones(1, 4)).dtype == expected


def test_weights_and_gradients_stay_float32() -> None:
    model = nn.Linear(4, 4)
    optim = wrapper(model, "bfloat16")
    before = model.weight.detach().clone()
    with optim.optim_context(model):
        loss = model(torch.ones(2, 4)).float().square().mean()
    optim.backward(loss)
    assert model.weight.grad is not None
    assert model.weight.grad.dtype == torch.float32
    assert model.weight.grad.any()
    optim.step()
    assert model.weight.dtype == torch.float32
    assert not torch.equal(model.weight, before)


def test_float16_is_refused_with_the_way_to_get_it() -> None:
    with pytest.raises(ValueError, match="AmpOptimWrapper"):
        wrapper(nn.Linear(1, 1), "float16")
