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


def test_clipping_is_mmengines_and_keeps_the_norm_on_the_device() -> None:
    def clipped(kind: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        torch.manual_seed(0)
        model = nn.Linear(4, 4)
        options = {"type": kind, "optimizer": ADAMW, "clip_grad": {"max_norm": 0.1}}
        wrapper = build_optim_wrapper(model, options)
        wrapper.update_params(model(torch.ones(1, 4)).square().sum())
        return model.weight.detach(), getattr(wrapper, "norm", None)

    expected, _ = clipped("OptimWrapper")
    found, norm = clipped("Bf16OptimWrapper")
    assert torch.equal(found, expected)
    assert norm is not None
    assert norm > 0.1


def test_the_fused_step_is_the_plain_one() -> None:
    def stepped(*, fused: bool) -> list[torch.Tensor]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(5, 7), nn.LayerNorm(7), nn.Linear(7, 3))
        optimizer = {**ADAMW, "lr": 0.01, "betas": (0.9, 0.95), "fused": fused}
        config = {"constructor": "DecayMatricesOnly", "optimizer": optimizer}
        wrapper = build_optim_wrapper(model, config)
        for _ in range(5):
            wrapper.update_params(model(torch.randn(6, 5)).square().mean())
        return [parameter.detach() for parameter in model.parameters()]

    for found, expected in zip(stepped(fused=True), stepped(fused=False), strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
