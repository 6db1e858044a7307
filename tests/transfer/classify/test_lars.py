"""LARS and the probe's BatchNorm against the update written out in float64."""

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn
from torch.testing import assert_close

from transfer.classify.lars import LARS
from transfer.classify.linear import LinearProbe

TINY = {"arch": None, "img_size": 16, "patch_size": 8, "embed_dims": 8, "depth": 2, "num_heads": 2}
OPTIMISER = {"type": "LARS", "lr": 3.0, "momentum": 0.9, "weight_decay": 0.0}
GROUPS = {"layer_decay": 1.0, "no_decay": ["1d"]}


def test_four_steps_of_the_probe_equal_the_rule_by_hand() -> None:
    """MAE's main_linprobe.py: trust .001 ||w|| / ||g|| on matrices, vectors by plain momentum."""
    torch.manual_seed(0)
    probe = LinearProbe(TINY, 5).train()
    batches = [(torch.randn(6, 3, 16, 16), torch.randint(5, (6,))) for _ in range(4)]
    weight, bias = (p.detach().clone().double() for p in probe.head.parameters())
    m_weight, m_bias = torch.zeros_like(weight), torch.zeros_like(bias)
    mean, variance = torch.zeros(8).double(), torch.ones(8).double()
    wrapper = build_optim_wrapper(
        probe,
        {
            "constructor": "LayerDecayOptimWrapperConstructor",
            "optimizer": OPTIMISER,
            "paramwise_cfg": GROUPS,
        },
    )
    for images, labels in batches:
        x = probe.backbone.features(images)[:, 0].detach().double()
        normal = (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-6).sqrt()
        mean = 0.9 * mean + 0.1 * x.mean(0)
        variance = 0.9 * variance + 0.1 * x.var(0, unbiased=True)
        error = (normal @ weight.T + bias).softmax(1) - nn.functional.one_hot(labels, 5)
        g_weight, g_bias = error.T @ normal / 6, error.mean(0)
        g_weight = g_weight * 0.001 * weight.norm() / g_weight.norm()
        m_weight, m_bias = 0.9 * m_weight + g_weight, 0.9 * m_bias + g_bias
        weight, bias = weight - 3 * m_weight, bias - 3 * m_bias
        wrapper.update_params(probe(images, labels, mode="loss")["loss"])
    assert_close(probe.head.weight.double(), weight, rtol=0, atol=1e-6)
    assert_close(probe.head.bias.double(), bias, rtol=0, atol=1e-5)
    assert_close(probe.norm.running_mean.double(), mean, rtol=0, atol=1e-6)
    assert_close(probe.norm.running_var.double(), variance, rtol=0, atol=1e-6)
    assert (weight - probe.head.weight).abs().max() < 1e-6 < m_weight.abs().max()


def test_the_probe_keeps_no_graph_of_an_encoder_that_only_evaluates() -> None:
    probe = LinearProbe({**TINY, "drop_path_rate": 0.9}, 5).train()
    assert probe.norm.training
    assert not any(module.training for module in probe.backbone.modules())
    images = torch.randn(4, 3, 16, 16)
    first, again = probe.pooled(images), probe.pooled(images)
    assert torch.equal(first, again)  # stochastic depth is off
    loss = probe(images, torch.tensor([0, 1, 2, 3]), mode="loss")["loss"]
    loss.backward()
    learnt = {name for name, p in probe.named_parameters() if p.grad is not None}
    assert learnt == {"head.weight", "head.bias"}
    assert not probe.norm.affine
    assert probe.norm.eps == 1e-6


def test_groups_that_mix_matrices_and_vectors_are_refused() -> None:
    layer = nn.Linear(3, 2)
    with pytest.raises(ValueError, match=r"this group holds both; give .*no_decay=\['1d'\]"):
        LARS(layer.parameters(), lr=1.0)
    optimiser = LARS([{"params": [layer.weight]}, {"params": [layer.bias]}], lr=1.0)
    assert [group["always_adapt"] for group in optimiser.param_groups] == [True, False]


def test_vectors_never_decay() -> None:
    layer = nn.Linear(3, 2)
    before = layer.weight.detach().clone(), layer.bias.detach().clone()
    groups = [{"params": [layer.weight]}, {"params": [layer.bias], "weight_decay": 0.5}]
    optimiser = LARS(groups, lr=0.1, weight_decay=0.5)
    layer.weight.grad, layer.bias.grad = torch.zeros(2, 3), torch.zeros(2)
    optimiser.step()
    assert torch.equal(layer.bias, before[1])
    assert layer.weight.norm() < before[0].norm()
