"""PlainViT is timm's ViT: same parameters, same numbers, same gradients.

timm is the reference. Every weight is filled with noise first: a parameter that starts at zero
would hide a bug in how it is used.
"""

from functools import partial
from typing import Any

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from timm.models.vision_transformer_sam import VisionTransformerSAM
from torch import nn
from torch.testing import assert_close

from backbones import PlainViT
from backbones.sizes import SIZES

SMALL: dict[str, Any] = dict(img_size=32, patch_size=8, embed_dims=48, depth=3, num_heads=3)


def fill(model: nn.Module) -> None:
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)


def timm_vit(**options: Any) -> VisionTransformer:
    options = {
        {"embed_dims": "embed_dim", "layer_scale": "init_values"}.get(name, name): value
        for name, value in options.items()
    }
    return VisionTransformer(num_classes=0, global_pool="", **options)


def pair(**options: Any) -> tuple[PlainViT, VisionTransformer]:
    torch.manual_seed(0)
    ours = PlainViT(None, **SMALL, **options).double()
    reference = timm_vit(**SMALL, **options).double()
    fill(reference)
    ours.load_state_dict(reference.state_dict(), strict=True)
    return ours.eval(), reference.eval()


@pytest.mark.parametrize("arch", list(SIZES))
def test_names_and_shapes_are_timms(arch: str) -> None:
    size = SIZES[arch]
    with torch.device("meta"):
        ours = PlainViT(arch)
        reference = timm_vit(
            embed_dims=size.embed_dims,
            depth=size.depth,
            num_heads=size.num_heads,
            patch_size=size.patch_size,
        )
    assert {n: t.shape for n, t in ours.state_dict().items()} == {
        n: t.shape for n, t in reference.state_dict().items()
    }


@pytest.mark.parametrize("layer_scale", [None, 0.5])
def test_tokens_and_every_gradient_equal_timm(layer_scale: float | None) -> None:
    ours, reference = pair(layer_scale=layer_scale)
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    tokens, expected = ours.features(images), reference.forward_features(images)
    assert_close(tokens, expected, rtol=0, atol=1e-11)
    tokens.square().mean().backward()
    expected.square().mean().backward()
    gradients = {name: parameter.grad for name, parameter in reference.named_parameters()}
    assert gradients.keys() == dict(ours.named_parameters()).keys()
    for name, parameter in ours.named_parameters():
        assert_close(parameter.grad, gradients[name], rtol=1e-9, atol=1e-11, msg=name)


@pytest.mark.parametrize("name", ["cls_token", "pos_embed", "norm.bias", "blocks.1.attn.qkv.bias"])
def test_the_comparison_notices_a_small_change(name: str) -> None:
    ours, reference = pair()
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        ours.get_parameter(name).flatten()[-1] += 1e-3
    with pytest.raises(AssertionError):
        assert_close(ours.features(images), reference.forward_features(images), rtol=0, atol=1e-11)


def test_maps_equal_timms_intermediate_layers() -> None:
    ours, reference = pair()
    ours.out_indices = (0, 2)
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    first, last = ours(images)
    expected = reference.forward_intermediates(images, indices=[0, 2], intermediates_only=True)
    assert_close(first, expected[0], rtol=0, atol=1e-11)
    normed = reference.norm(expected[1].permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    assert_close(last, normed, rtol=0, atol=1e-11)


@pytest.mark.parametrize("size", [(48, 32), (32, 80), (64, 64)])
def test_other_input_sizes_equal_timms_dynamic_size(size: tuple[int, int]) -> None:
    ours, _ = pair()
    reference = timm_vit(**SMALL, dynamic_img_size=True).double().eval()
    reference.load_state_dict(ours.state_dict(), strict=True)
    images = torch.randn(1, 3, *size, dtype=torch.float64)
    # timm interpolates positions in float32
    assert_close(ours.features(images), reference.forward_features(images), rtol=0, atol=1e-11)


def test_sides_that_no_patch_divides_are_padded() -> None:
    ours, _ = pair()
    images = torch.randn(2, 3, 29, 43, dtype=torch.float64)
    padded = nn.functional.pad(images, (0, 48 - 43, 0, 32 - 29))
    assert ours(images)[0].shape == (2, 48, 4, 6)
    assert_close(ours(images)[0], ours(padded)[0], rtol=0, atol=0)


SAM = dict(img_size=80, patch_size=8, depth=3, num_heads=3)


def sam_pair() -> tuple[PlainViT, VisionTransformerSAM]:
    """A 10 x 10 grid in windows of 4, which do not divide it; block 1 is global."""
    torch.manual_seed(0)
    reference = VisionTransformerSAM(
        **SAM,
        embed_dim=48,
        num_classes=0,
        global_pool="",
        use_abs_pos=True,
        use_rel_pos=True,
        window_size=4,
        global_attn_indexes=(1,),
        neck_chans=0,
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
    ).double()
    fill(reference)
    ours = PlainViT(
        None,
        **SAM,
        embed_dims=48,
        window_size=4,
        global_blocks=(1,),
        rel_pos="decomposed",
        cls_token=False,
    ).double()
    # without neck convolutions its neck is the final norm
    tensors = {n.replace("neck.", "norm."): t for n, t in reference.state_dict().items()}
    tensors["pos_embed"] = tensors["pos_embed"].flatten(1, 2)  # [1, gh, gw, D] there
    ours.load_state_dict(tensors, strict=True)
    return ours.eval(), reference.eval()


def test_windows_and_decomposed_position_equal_timms_sam() -> None:
    ours, reference = sam_pair()
    images = torch.randn(2, 3, 80, 80, dtype=torch.float64)
    out, expected = ours(images)[0], reference.forward_features(images)
    assert_close(out, expected, rtol=0, atol=1e-10)
    out.square().mean().backward()
    expected.square().mean().backward()
    gradients = {name: parameter.grad for name, parameter in reference.named_parameters()}
    for name, parameter in ours.named_parameters():
        grad = gradients[name.replace("norm.", "neck.") if name.startswith("norm.") else name]
        grad = grad.flatten(1, 2) if name == "pos_embed" else grad
        assert_close(parameter.grad, grad, rtol=1e-8, atol=1e-11, msg=name)


def test_windowed_attention_sees_its_window_only() -> None:
    model = PlainViT(
        None, img_size=64, patch_size=8, embed_dims=48, depth=2, num_heads=3,
        window_size=4, cls_token=False, final_norm=False,
    ).double()  # fmt: skip
    images = torch.randn(1, 3, 64, 64, dtype=torch.float64, requires_grad=True)
    model(images)[0][0, :, 1, 1].sum().backward()
    reached = images.grad[0].abs().sum(0) > 0
    assert reached[:32, :32].any()
    assert not reached[32:].any()
    assert not reached[:, 32:].any()


def test_one_global_block_sees_everything() -> None:
    model = PlainViT(
        None, img_size=64, patch_size=8, embed_dims=48, depth=2, num_heads=3,
        window_size=4, global_blocks=(1,), cls_token=False,
    ).double()  # fmt: skip
    images = torch.randn(1, 3, 64, 64, dtype=torch.float64, requires_grad=True)
    model(images)[0][0, :, 1, 1].square().sum().backward()
    patches = images.grad[0].abs().sum(0).unfold(0, 8, 8).unfold(1, 8, 8).sum((-1, -2))
    assert (patches > 0).all()


@pytest.mark.parametrize("rel_pos", [None, "decomposed", "table", "shared-table"])
@pytest.mark.parametrize("window", [0, 4])
def test_relative_position_starts_neutral(rel_pos: Any, window: int) -> None:
    options = dict(SMALL, img_size=48, cls_token=False, window_size=window)
    plain = PlainViT(None, **options).eval()
    model = PlainViT(None, **options, rel_pos=rel_pos).eval()
    own = model.state_dict()
    model.load_state_dict({**own, **plain.state_dict()}, strict=True)
    images = torch.randn(1, 3, 40, 56)  # 5 x 7 patches: not square, no multiple of the window
    assert_close(model(images)[0], plain(images)[0], rtol=0, atol=1e-5)


def test_a_shared_table_equals_the_same_table_in_every_block() -> None:
    torch.manual_seed(0)
    shared = PlainViT(None, **SMALL, rel_pos="shared-table").double().eval()
    each = PlainViT(None, **SMALL, rel_pos="table").double().eval()
    fill(shared)
    tensors = shared.state_dict()
    table = tensors.pop("rel_pos_global.relative_position_bias_table")
    for i in range(3):
        tensors[f"blocks.{i}.attn.relative_position_bias_table"] = table
    each.load_state_dict(tensors, strict=True)
    images = torch.randn(1, 3, 32, 32, dtype=torch.float64)
    assert_close(shared(images)[0], each(images)[0], rtol=0, atol=1e-12)


def test_activation_checkpointing_changes_no_gradient() -> None:
    gradients = []
    for with_cp in (False, True):
        torch.manual_seed(0)
        model = PlainViT(None, **SMALL, with_cp=with_cp, rel_pos="table").train()
        model(torch.ones(1, 3, 32, 32))[0].square().mean().backward()
        gradients.append([p.grad for p in model.parameters()])
    assert_close(gradients[0], gradients[1], rtol=0, atol=0)


@pytest.mark.parametrize(("with_cp", "times"), [(True, 2), (False, 1)])
def test_activation_checkpointing_runs_every_block_again(with_cp: bool, times: int) -> None:
    model = PlainViT(None, **SMALL, with_cp=with_cp).train()
    ran: list[int] = []
    for i, block in enumerate(model.blocks):
        block.attn.register_forward_pre_hook(lambda *_, i=i: ran.append(i))
    model(torch.ones(1, 3, 32, 32))[0].mean().backward()
    assert sorted(ran) == sorted([0, 1, 2] * times)


def test_frozen_blocks_have_no_gradient_and_no_stochastic_depth() -> None:
    model = PlainViT(None, **SMALL, frozen_blocks=2, drop_path_rate=0.9).train()
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert learning == {
        n for n, _ in model.named_parameters() if n.startswith(("blocks.2", "norm"))
    }
    assert not model.blocks[1].training
    assert model.blocks[2].training
    assert model.train() is model


def test_stochastic_depth_rises_linearly() -> None:
    model = PlainViT(None, **SMALL, drop_path_rate=0.2)
    rates = [getattr(block.drop_path, "drop_prob", 0.0) for block in model.blocks]
    assert rates == pytest.approx([0, 0.1, 0.2])


def test_random_initialisation_shrinks_with_depth() -> None:
    model = PlainViT("tiny")
    stds = [block.mlp.fc2.weight.std().item() for block in model.blocks]
    ratio = [stds[0] / std for std in stds]
    assert ratio == pytest.approx([(i + 1) ** 0.5 for i in range(12)], rel=0.03)
    assert model.blocks[0].attn.qkv.weight.abs().max() <= 0.02


@pytest.mark.parametrize("abs_pos", [True, False])
def test_some_patches_embedded_are_those_of_all(abs_pos: bool) -> None:
    torch.manual_seed(0)
    options = {"embed_dims": 8, "depth": 1, "num_heads": 2, "patch_size": 4}
    vit = PlainViT(None, img_size=(12, 16), abs_pos=abs_pos, **options).double()
    torch.nn.init.normal_(vit.patch_embed.proj.bias)
    images = torch.randn(3, 3, 12, 16, dtype=torch.float64)
    index = torch.rand(3, 12).argsort(dim=1)[:, :5]
    gradients = []
    for tokens in (
        vit.embed(images)[0].gather(1, index[:, :, None].expand(-1, -1, 8)),
        vit.embed_some(images, index),
    ):
        vit.zero_grad()
        (tokens * torch.arange(tokens.numel()).view_as(tokens)).sum().backward()
        named = [p for n, p in vit.named_parameters() if n.startswith(("patch", "pos"))]
        gradients.append([tokens.detach(), *(p.grad for p in named)])
    for found, expected in zip(gradients[1], gradients[0], strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_patches_of_another_grid_are_not_picked() -> None:
    options = {"embed_dims": 8, "depth": 1, "num_heads": 2, "patch_size": 4}
    vit = PlainViT(None, img_size=(12, 16), **options)
    with pytest.raises(
        ValueError, match=r"16 x 12 pixels are not the encoder's img_size \(12, 16\)"
    ):
        vit.embed_some(torch.zeros(1, 3, 16, 12), torch.zeros(1, 2, dtype=torch.long))
