"""The masked model: names of the published checkpoints, parity with an independent derivation."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from pretrain import MaskedImageModel

HEADS, PATCH = 2, 4


def build(**options: Any) -> MaskedImageModel:
    arguments: dict[str, Any] = {
        "encoder": {
            "arch": None,
            "img_size": (12, 16),
            "patch_size": PATCH,
            "embed_dims": 16,
            "depth": 2,
            "num_heads": HEADS,
        },
        "decoder": {"embed_dims": 8, "depth": 2, "num_heads": HEADS},
        "target": {"type": "PixelTarget", "normalize": True},
    }
    return MaskedImageModel(**{**arguments, **options})


def fill(model: MaskedImageModel) -> MaskedImageModel:
    """Float64, every tensor noise, so that no bias or norm hides at its starting value."""
    generator = torch.Generator().manual_seed(0)
    model.double()
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.add_(0.3 * torch.randn(tensor.shape, generator=generator, dtype=torch.float64))
    return model


@pytest.fixture
def case() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(2, 3, 12, 16, generator=generator, dtype=torch.float64)
    return images, torch.rand(2, 12, generator=generator, dtype=torch.float64)


def official_names() -> Iterator[tuple[str, tuple[int, ...]]]:
    """The full checkpoint of ViT-B, written out from the paper's sizes."""
    yield from [("cls_token", (1, 1, 768)), ("pos_embed", (1, 197, 768))]
    yield from [("mask_token", (1, 1, 512)), ("decoder_pos_embed", (1, 197, 512))]
    yield from [("patch_embed.proj.weight", (768, 3, 16, 16)), ("patch_embed.proj.bias", (768,))]
    for prefix, depth, D in (("blocks", 12, 768), ("decoder_blocks", 8, 512)):
        for i in range(depth):
            for norm in ("norm1", "norm2"):
                yield from [(f"{prefix}.{i}.{norm}.{x}", (D,)) for x in ("weight", "bias")]
            for layer, out, into in (
                ("attn.qkv", 3 * D, D),
                ("attn.proj", D, D),
                ("mlp.fc1", 4 * D, D),
                ("mlp.fc2", D, 4 * D),
            ):
                yield f"{prefix}.{i}.{layer}.weight", (out, into)
                yield f"{prefix}.{i}.{layer}.bias", (out,)
    yield from [("norm.weight", (768,)), ("norm.bias", (768,))]
    yield from [("decoder_embed.weight", (512, 768)), ("decoder_embed.bias", (512,))]
    yield from [("decoder_norm.weight", (512,)), ("decoder_norm.bias", (512,))]
    yield from [("decoder_pred.weight", (768, 512)), ("decoder_pred.bias", (768,))]


def test_state_dict_has_the_official_names_and_shapes() -> None:
    with torch.device("meta"):
        model = build(encoder={"arch": "base"}, decoder={})
    found = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert found == dict(official_names())
    trained = sum(p.numel() for p in model.parameters())
    assert round(trained / 1e6, 2) == 111.91  # mmpretrain's count for the same model


def attention(x: Tensor, state: dict[str, Tensor], name: str) -> Tensor:
    D = x.shape[2]
    qkv = x @ state[f"{name}.qkv.weight"].T + state[f"{name}.qkv.bias"]
    heads = []
    for h in range(HEADS):
        width = D // HEADS
        q, k, v = (qkv[..., i * D + h * width : i * D + (h + 1) * width] for i in range(3))
        weights = (q @ k.transpose(1, 2) / math.sqrt(width)).softmax(-1)
        heads.append(weights @ v)
    return torch.cat(heads, -1) @ state[f"{name}.proj.weight"].T + state[f"{name}.proj.bias"]


def norm(x: Tensor, state: dict[str, Tensor], name: str) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-6).sqrt()
    return scaled * state[f"{name}.weight"] + state[f"{name}.bias"]


def block(x: Tensor, state: dict[str, Tensor], name: str) -> Tensor:
    x = x + attention(norm(x, state, f"{name}.norm1"), state, f"{name}.attn")
    hidden = norm(x, state, f"{name}.norm2") @ state[f"{name}.mlp.fc1.weight"].T
    hidden = hidden + state[f"{name}.mlp.fc1.bias"]
    hidden = hidden * 0.5 * (1 + torch.erf(hidden / math.sqrt(2)))
    return x + hidden @ state[f"{name}.mlp.fc2.weight"].T + state[f"{name}.mlp.fc2.bias"]


def cut(images: Tensor) -> Tensor:
    """Patches by slicing, values in the order row, column, channel."""
    rows = [
        images[:, :, y : y + PATCH, x : x + PATCH].permute(0, 2, 3, 1).flatten(1)
        for y in range(0, images.shape[2], PATCH)
        for x in range(0, images.shape[3], PATCH)
    ]
    return torch.stack(rows, 1)


def derive(
    state: dict[str, Tensor], images: Tensor, noise: Tensor, *, broken: str = ""
) -> tuple[Tensor, Tensor]:
    """Loss and prediction from the paper's facts, one picture and one patch at a time."""
    kernel = state["patch_embed.proj.weight"].permute(0, 2, 3, 1).flatten(1)
    patches = cut(images)  # [N, L, P]
    embedded = patches @ kernel.T + state["patch_embed.proj.bias"] + state["pos_embed"][:, 1:]
    predictions, losses = [], []
    for n in range(len(images)):
        ranked = sorted(range(noise.shape[1]), key=lambda patch: float(noise[n, patch]))
        if broken == "largest kept":
            ranked = ranked[::-1]
        visible = ranked[: int(len(ranked) * 0.25)]
        hidden = [patch for patch in range(len(ranked)) if patch not in visible]
        cls = state["cls_token"][0] + state["pos_embed"][0, :1]
        x = torch.cat([cls, torch.stack([embedded[n, patch] for patch in visible])])[None]
        for i in range(2):
            x = block(x, state, f"blocks.{i}")
        x = norm(x, state, "norm")
        x = x @ state["decoder_embed.weight"].T + state["decoder_embed.bias"]
        full = [x[0, 0]] + [state["mask_token"][0, 0]] * len(ranked)
        for place, patch in enumerate(visible):
            full[1 + (place if broken == "not put back" else patch)] = x[0, 1 + place]
        y = torch.stack(full)[None] + state["decoder_pos_embed"]
        for i in range(2):
            y = block(y, state, f"decoder_blocks.{i}")
        y = norm(y, state, "decoder_norm")
        y = (y @ state["decoder_pred.weight"].T + state["decoder_pred.bias"])[0, 1:]
        predictions.append(y)
        for patch in range(len(ranked)) if broken == "loss on all" else hidden:
            values = patches[n, patch]
            free = len(values) - (0 if broken == "biased variance" else 1)
            variance = (values - values.mean()).square().sum() / free
            truth = (values - values.mean()) / (variance + 1e-6).sqrt()
            losses.append((y[patch] - truth).square().mean())
    return torch.stack(losses).mean(), torch.stack(predictions)


def test_loss_prediction_and_gradients_equal_the_derivation(case: tuple[Tensor, Tensor]) -> None:
    model = fill(build())
    found = model(case[0], noise=case[1])
    found.loss.backward()
    state = {name: t.detach().clone() for name, t in model.state_dict().items()}
    fixed = ("pos_embed", "decoder_pos_embed")
    for name, tensor in state.items():
        tensor.requires_grad_(name not in fixed)
    loss, prediction = derive(state, *case)
    loss.backward()
    assert_close(found.loss, loss, rtol=0, atol=1e-10)
    assert_close(found.prediction, prediction, rtol=0, atol=1e-10)
    gradients = {
        name.removeprefix("encoder.").removeprefix("decoder."): parameter.grad
        for name, parameter in model.named_parameters()
    }
    assert gradients.keys() == state.keys()
    for name, tensor in state.items():
        if name in fixed:
            assert gradients[name] is None
        else:
            assert_close(gradients[name], tensor.grad, rtol=0, atol=1e-10, msg=name)


@pytest.mark.parametrize(
    "broken", ["loss on all", "biased variance", "largest kept", "not put back"]
)
def test_the_comparison_notices_a_broken_variant(case: tuple[Tensor, Tensor], broken: str) -> None:
    model = fill(build())
    loss, _ = derive(model.state_dict(), *case, broken=broken)
    assert (model(case[0], noise=case[1]).loss - loss).abs() > 1e-4


def test_raw_pixels_and_the_loss_on_all_patches(case: tuple[Tensor, Tensor]) -> None:
    model = fill(build(target={"type": "PixelTarget", "normalize": False}, loss_on="all"))
    found = model(case[0], noise=case[1])
    assert_close(found.loss, (found.prediction - cut(case[0])).square().mean(), rtol=0, atol=1e-12)


def test_hidden_pixels_never_reach_the_encoder(case: tuple[Tensor, Tensor]) -> None:
    model = fill(build())
    images, noise = case
    prediction, mask = model(images, noise=noise)[1:]
    repainted = images.clone()
    for n, patch in mask.nonzero().tolist():
        y, x = PATCH * (patch // 4), PATCH * (patch % 4)
        repainted[n, :, y : y + PATCH, x : x + PATCH] = 9
    assert torch.equal(model(repainted, noise=noise).prediction, prediction)


def test_masks_are_drawn_from_the_global_generator() -> None:
    model, images = build(), torch.rand(4, 3, 12, 16)
    torch.manual_seed(5)
    first = model(images).mask
    assert not torch.equal(model(images).mask, first)
    torch.manual_seed(5)
    assert torch.equal(model(images).mask, first)


def test_the_runners_initialisation_changes_nothing() -> None:
    model = build()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.init_weights()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_loss_under_bf16_autocast_stays_in_float32() -> None:
    model, images = build(), torch.rand(2, 3, 12, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = model(images)
    assert found.prediction.dtype == torch.bfloat16
    assert found.loss.dtype == torch.float32


def test_options_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="loss_on must be 'masked' or 'all', got 'visible'"):
        build(loss_on="visible")
    with pytest.raises(ValueError, match="mask_ratio 0 hides no patch"):
        build(mask_ratio=0)
    with pytest.raises(ValueError, match="decoder width 10 does not split into 4 heads"):
        build(decoder={"embed_dims": 10, "num_heads": 4})
