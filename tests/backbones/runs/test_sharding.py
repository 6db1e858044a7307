"""A sharded model speaks whole tensors to files, and is whole or divided, never half of each."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from mmengine.device import get_device
from mmengine.runner import load_state_dict
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.testing import assert_close

from backbones.runs.sharding import blocks, divide_optimizer, gathered, shard
from backbones.vit import PlainViT

IMAGES = torch.linspace(-1, 1, 2 * 3 * 16 * 16).reshape(2, 3, 16, 16)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path) -> Iterator[None]:
    """A group of one process, with the backend that trains on this machine."""
    backend = "nccl" if torch.cuda.is_available() else "gloo"
    meet = f"file://{tmp_path}/meet"
    dist.init_process_group(backend, init_method=meet, rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def build(**options: bool) -> PlainViT:
    torch.manual_seed(0)
    size = {"img_size": 16, "patch_size": 8, "embed_dims": 8, "depth": 2, "num_heads": 2}
    return PlainViT(None, **size, **options).to(get_device())


def divided(**options: bool) -> PlainViT:
    model = build(**options)
    shard(model)
    return model


def step(model: PlainViT, optimizer: torch.optim.Optimizer, *, bf16: bool = False) -> Tensor:
    with torch.autocast(get_device(), dtype=torch.bfloat16, enabled=bf16):
        loss = model(IMAGES.to(get_device()))[0].float().square().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach()


def parts(model: PlainViT) -> set[bool]:
    return {isinstance(parameter, DTensor) for parameter in model.parameters()}


def test_everything_is_divided_whenever_no_backward_pass_is_to_come() -> None:
    model = divided()
    assert len(blocks(model)) == 2
    assert parts(model) == {True}
    with torch.no_grad():
        model(IMAGES.to(get_device()))
    assert parts(model) == {True}
    loss = model(IMAGES.to(get_device()))[0].sum()
    assert parts(model) == {True, False}  # what is in no block waits for the backward pass
    loss.backward()
    assert parts(model) == {True}
    assert all(isinstance(p.grad, DTensor) for p in model.parameters())


@pytest.mark.parametrize("recompute", [False, True])
def test_a_run_goes_on_from_whole_tensors(recompute: bool) -> None:
    plain, model = build(), divided(with_cp=recompute)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    optimizers = [torch.optim.AdamW(m.parameters(), 0.01, fused=True) for m in (plain, model)]
    step(plain, optimizers[0])
    whole = gathered({"model": plain.state_dict(), "optimizer": optimizers[0].state_dict()})
    state = deepcopy(whole)  # as out of a file
    load_state_dict(model, state["model"], strict=True)
    divide_optimizer(state["optimizer"], optimizers[1])
    optimizers[1].load_state_dict(state["optimizer"])
    for _ in range(2):
        losses = [step(m, o) for m, o in zip((plain, model), optimizers, strict=True)]
        assert_close(*losses)
    found = gathered(model.state_dict())
    expected = {name: tensor.cpu() for name, tensor in plain.state_dict().items()}
    assert list(found) == list(expected)
    assert_close(found, expected)
    moments = [gathered(optimizer.state_dict()["state"]) for optimizer in optimizers]
    assert_close(*moments)
    assert not isinstance(moments[1][0]["exp_avg"], DTensor)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"blocks.1.norm1.bias": None}, r"missing keys.*blocks\.1\.norm1\.bias"),
        ({"blocks.2.norm1.bias": torch.ones(8)}, r"unexpected key.*blocks\.2\.norm1\.bias"),
        ({"blocks.1.norm1.bias": torch.ones(9)}, r"size mismatch for .*norm1\.bias"),
    ],
)
def test_half_a_state_is_refused(change: dict[str, Tensor | None], message: str) -> None:
    changed = {**build().state_dict(), **change}
    state = {name: tensor for name, tensor in changed.items() if tensor is not None}
    with pytest.raises(RuntimeError, match=rf"(?s){message}"):
        load_state_dict(divided(), state, strict=True)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="NCCL and bf16 kernels need a GPU")
def test_bf16_on_a_gpu_is_that_of_a_whole_model() -> None:
    models = build(), divided()
    optimizers = [torch.optim.AdamW(m.parameters(), 0.01, fused=True) for m in models]
    for _ in range(3):
        losses = [step(m, o, bf16=True) for m, o in zip(models, optimizers, strict=True)]
        assert_close(*losses, rtol=1e-2, atol=1e-2)
    assert {p.dtype for p in models[1].parameters()} == {torch.float32}
