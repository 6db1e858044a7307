"""Weight decay on matrices only; bf16 that is on."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

import pretrain  # noqa: F401  registers the types

ADAMW = {"type": "AdamW", "lr": 1.0, "weight_decay": 0.3}


def test_biases_norms_and_frozen_parameters() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Linear(3, 1, bias=False))
    model[2].requires_grad_(False)
    config = {"constructor": "DecayMatricesOnly", "optimizer": ADAMW, "type": "OptimWrapper"}
    decayed, rest = build_optim_wrapper(model, config).optimizer.param_groups
    assert [tuple(p.shape) for p in decayed["params"]] == [(3, 2)]
    assert [tuple(p.shape) for p in rest["params"]] == [(3,), (3,), (3,)]
    assert (decayed["weight_decay"], rest["weight_decay"]) == (0.3, 0)


def test_paramwise_options_are_refused_not_ignored() -> None:
    config = {"constructor": "DecayMatricesOnly", "optimizer": ADAMW, "type": "OptimWrapper"}
    with pytest.raises(ValueError, match="takes no paramwise_cfg"):
        build_optim_wrapper(nn.Linear(1, 1), {**config, "paramwise_cfg": {"a": 1}})


def test_bf16_is_on_in_the_step_and_weights_stay_float32() -> None:
    model = nn.Linear(4, 4)
    wrapper = build_optim_wrapper(model, {"type": "Bf16OptimWrapper", "optimizer": ADAMW})
    with wrapper.optim_context(model):
        output = model(torch.ones(1, 4))
    assert output.dtype == torch.bfloat16
    wrapper.update_params(output.float().sum())
    assert model.weight.dtype == torch.float32
    assert model(torch.ones(1, 4)).dtype == torch.float32
