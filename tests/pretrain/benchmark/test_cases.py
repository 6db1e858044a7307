"""The fast path is the plain one: the same loss, the same gradients."""

from argparse import Namespace
from collections.abc import Callable
from typing import Any

import pytest
import torch

from pretrain.benchmark import step
from pretrain.benchmark.cases import FastCase, PlainCase, build_case, build_model
from pretrain.model import MaskedImageModel


def noise_of(case: FastCase) -> torch.Tensor:
    shape = len(case.images), case.model.masks.number
    return torch.rand(shape, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("changes", [{}, {"checkpointing": True}, {"dtype": "bfloat16"}])
def test_loss_and_gradients_are_the_plain_ones(options: Namespace, changes: dict[str, Any]) -> None:
    vars(options).update(changes)
    plain, fast = PlainCase(options), FastCase(options)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():  # no bias or norm may hide at its starting value
        for parameter in fast.model.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape, generator=generator))
    plain.model.load_state_dict(fast.model.state_dict(), strict=True)
    apart = step.differences(fast.compute(noise_of(fast)), plain.compute(noise_of(fast)))
    if options.dtype == "float32":
        assert max(apart.values()) < 1e-5  # each parameter's gradient by itself
    else:
        assert 0 < max(apart["loss"], apart["gradients"]) < 2e-2


def test_steps_lead_to_the_same_weights(
    options: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, fast = PlainCase(options), FastCase(options)
    noise = noise_of(fast)
    monkeypatch.setattr(torch, "rand", lambda *_, **__: noise)  # what both draw their masks from
    before = fast.model.state_dict()["cls_token"].clone()
    for _ in range(3):
        plain.step()
        fast.step()
    found = fast.model.state_dict()
    assert not torch.equal(found["cls_token"], before)
    for name, tensor in plain.model.state_dict().items():
        torch.testing.assert_close(found[name], tensor, rtol=0, atol=2e-5, msg=name)


Break = Callable[[MaskedImageModel], None]


def stop_a_block(model: MaskedImageModel) -> None:
    model.encoder.blocks[1].mlp.requires_grad_(False)


def shift_positions(model: MaskedImageModel) -> None:
    assert isinstance(model.decoder.decoder_pos_embed, torch.nn.Parameter)
    model.decoder.decoder_pos_embed.data = model.decoder.decoder_pos_embed.data.roll(1, 1)


@pytest.mark.parametrize(
    ("broken", "message"),
    [(stop_a_block, "only one of the two trains"), (shift_positions, "not the same step")],
)
def test_another_computation_is_noticed_and_not_timed(
    options: Namespace, broken: Break, message: str
) -> None:
    plain, fast = PlainCase(options), FastCase(options)
    broken(fast.model)
    with pytest.raises(RuntimeError, match=message):
        step.compare({"plain": plain, "fast": fast}, options)


def test_the_model_is_the_configs(options: Namespace) -> None:
    options.depth = None
    model = build_model(options)
    assert (model.encoder.depth, model.mask_ratio, model.target_name) == (12, 0.75, "pixel-norm")
    assert len(model.decoder.decoder_blocks) == 8


@pytest.mark.parametrize("name", ["plain", "fast"])
def test_bfloat16_is_really_on(options: Namespace, name: str) -> None:
    """Both steps multiply in the precision that was asked for, or the comparison is unfair."""
    found = {}
    for dtype in ("float32", "bfloat16"):
        options.dtype = dtype
        case = build_case(name, options)
        kinds: set[torch.dtype] = set()
        for layer in case.model.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.register_forward_hook(lambda _, __, out, kinds=kinds: kinds.add(out.dtype))
        case.step()
        found[dtype] = kinds
    assert found == {"float32": {torch.float32}, "bfloat16": {torch.bfloat16}}
