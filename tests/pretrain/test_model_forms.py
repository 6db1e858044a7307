"""Mask tokens in the encoder, linear heads, other masks: against timm and the visible-only form."""

import functools
from typing import Any

import pytest
import timm
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from pretrain import MaskedImageModel
from pretrain.masking import take

PATCH = 4
ENCODER = {"arch": None, "img_size": (12, 16), "patch_size": PATCH, "embed_dims": 16, "depth": 2}
PIXELS = {"type": "PixelTarget", "normalize": False}


def build(encoder: dict[str, Any] | None = None, **options: Any) -> MaskedImageModel:
    arguments: dict[str, Any] = {"decoder": None, "form": "mask-token", **options}
    full = {**ENCODER, "num_heads": 2, **(encoder or {})}
    torch.manual_seed(0)
    model = MaskedImageModel(full, arguments.pop("target", PIXELS), **arguments)
    return fill(model)


def fill(model: Any) -> Any:
    """Float64, every parameter noise."""
    generator = torch.Generator().manual_seed(0)
    model.double()
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.add_(0.3 * torch.randn(tensor.shape, generator=generator, dtype=torch.float64))
    return model


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 12, 16, generator=torch.Generator().manual_seed(1)).double()


def test_with_nothing_masked_the_features_are_timms_beit(images: Tensor) -> None:
    """BEiT's released form: shared relative position, LayerScale, no absolute positions."""
    options = {"abs_pos": False, "rel_pos": "shared-table", "layer_scale": 0.1}
    model = build({**options, "img_size": 16}, mask_ratio=0.0, loss_on="all", start="beit")
    images = torch.randn(2, 3, 16, 16).double()
    beit = timm.models.beit.Beit(
        img_size=16,
        patch_size=PATCH,
        embed_dim=16,
        depth=2,
        num_heads=2,
        init_values=0.1,
        use_abs_pos_emb=False,
        use_shared_rel_pos_bias=True,
        use_rel_pos_bias=False,
        num_classes=0,
        norm_layer=functools.partial(nn.LayerNorm, eps=1e-6),
    ).double()
    own = dict(model.encoder.state_dict())
    state = beit.state_dict()
    for name in state:
        if name.endswith("relative_position_index"):
            continue
        if name.endswith("relative_position_bias_table"):
            state[name] = own["rel_pos_global.relative_position_bias_table"]
        elif name.endswith(("q_bias", "k_bias", "v_bias")):
            bias = own[name.rsplit(".", 1)[0] + ".qkv.bias"].view(3, -1)
            state[name] = bias["qkv".index(name[-6])]
        elif "gamma_" in name:
            state[name] = own[name.replace("gamma_1", "ls1.gamma").replace("gamma_2", "ls2.gamma")]
        elif name.startswith("fc_norm"):
            continue
        else:
            state[name] = own[name]
    # timm's BEiT has no key bias, as the published models; ours is set to zero to compare
    for name in own:
        if name.endswith("qkv.bias"):
            own[name][16:32] = 0
    model.encoder.load_state_dict(own, strict=True)
    beit.load_state_dict(state, strict=True)
    noise = torch.rand(2, 16)
    tokens = model.encode(images, model.masking(images, noise))  # [N, 1 + L, D]
    assert_close(tokens, model.encoder.norm(beit_blocks(beit, images)), rtol=0, atol=1e-10)


def beit_blocks(beit: nn.Module, images: Tensor) -> Tensor:
    """timm's BEiT up to its last block, whose norm depends on timm's pooling options."""
    x = beit.patch_embed(images)
    x = torch.cat([beit.cls_token.expand(len(x), -1, -1), x], 1)
    bias = beit.rel_pos_bias()
    for block in beit.blocks:
        x = block(x, shared_rel_pos_bias=bias)
    return x


def test_with_nothing_masked_the_features_are_timms_vit(images: Tensor) -> None:
    model = build({"img_size": 16}, mask_ratio=0.0, loss_on="all")
    images = torch.randn(2, 3, 16, 16).double()
    vit = timm.models.VisionTransformer(
        img_size=16, patch_size=PATCH, embed_dim=16, depth=2, num_heads=2, num_classes=0
    ).double()
    vit.load_state_dict(model.encoder.state_dict(), strict=True)
    tokens = model.encode(images, model.masking(images, torch.rand(2, 16)))
    assert_close(tokens, vit.forward_features(images), rtol=0, atol=1e-10)


def test_hidden_patches_are_the_mask_token_at_their_place(images: Tensor) -> None:
    """Derived by hand: replace the projected patches, then add positions."""
    model = build(mask_ratio=0.5)
    noise = torch.rand(2, 12, generator=torch.Generator().manual_seed(2))
    found = model(images, noise=noise)
    encoder = model.encoder
    hidden = noise.argsort(dim=1, stable=True)[:, 6:]
    patches = encoder.patch_embed(images).flatten(2).transpose(1, 2).clone()
    for n in range(2):
        for patch in hidden[n].tolist():
            patches[n, patch] = model.mask_token[0, 0]
    x = torch.cat([encoder.cls_token.expand(2, -1, -1), patches], 1) + encoder.pos_embed
    for block in encoder.blocks:
        x = block(x)
    prediction = model.decoder.decoder_pred(encoder.norm(x))[:, 1:]
    assert_close(found.prediction, prediction, rtol=0, atol=1e-10)
    truth = model.target.truth(images)
    errors = [(prediction[n, p] - truth[n, p]).square().mean() for n in (0, 1) for p in hidden[n]]
    assert_close(found.loss, torch.stack(errors).mean(), rtol=0, atol=1e-12)


FORMS = {
    "visible-only": {"form": "visible-only", "decoder": {"embed_dims": 8, "depth": 1}},
    "mask tokens, decoder": {"decoder": {"embed_dims": 8, "depth": 1}},
    "mask tokens, linear": {},
    "all patches": {"loss_on": "all"},
    "blocks": {"masking": {"type": "BlockMask", "smallest": 2}},
    "palette": {"target": {"type": "PaletteTarget", "colours": 4}},
    "hog": {"target": {"type": "HOGTarget", "cell": 4}},
}


@pytest.mark.parametrize("form", FORMS)
def test_predicting_only_what_is_scored_gives_the_same_loss_and_gradients(
    form: str, images: Tensor
) -> None:
    options = dict(FORMS[form])
    if options.get("decoder"):
        options["decoder"] = {**options["decoder"], "num_heads": 2}
    gradients = []
    for mode in ("tensor", "loss"):
        model = build(mask_ratio=0.5, **options)
        torch.manual_seed(3)
        found = model(images, mode=mode)
        loss = found["loss"] if mode == "loss" else found.loss
        loss.backward()
        grads = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
        gradients.append((loss.detach(), grads))
    (whole, first), (scored, second) = gradients
    assert_close(whole, scored, rtol=0, atol=1e-12)
    for name, gradient in first.items():
        assert_close(gradient, second[name], rtol=0, atol=1e-12, msg=name)


def test_a_batch_that_hides_nothing_teaches_nothing(images: Tensor) -> None:
    model = build(mask_ratio=0.5, masking={"type": "BlockMask", "smallest": 12})
    model.masks.hidden = lambda number: torch.zeros(number, 12, dtype=torch.bool)  # type: ignore[method-assign]
    assert model(images).loss == 0
    loss = model(images, mode="loss")["loss"]
    loss.backward()
    assert loss == 0
    assert all(p.grad is None or (p.grad == 0).all() for p in model.parameters())


def test_a_mask_token_encoder_takes_no_second_mask_token() -> None:
    model = build(decoder={"embed_dims": 8, "depth": 1, "num_heads": 2})
    names = [name for name in model.state_dict() if "mask_token" in name]
    assert names == ["mask_token"]
    assert model.mask_token.shape == (1, 1, 16)
    assert "decoder_pos_embed" in model.state_dict()


@pytest.mark.parametrize("start", ["mae", "beit"])
def test_weights_and_positions_start_as_told(start: str) -> None:
    arguments = {**ENCODER, "num_heads": 2, "embed_dims": 64}
    model = MaskedImageModel(arguments, PIXELS, form="mask-token", start=start)  # type: ignore[arg-type]
    weight = model.encoder.blocks[0].attn.qkv.weight
    xavier = (6 / (64 + 192)) ** 0.5 / 3**0.5  # uniform within ± the root, by fan in and out
    cut_normal = 0.02 * 0.5396  # the deviation of a normal cut at one sigma
    expected = xavier if start == "mae" else cut_normal
    assert weight.std().item() == pytest.approx(expected, rel=0.05)
    assert model.encoder.pos_embed.requires_grad is (start == "beit")


def test_take_gathers_indices_too() -> None:
    tokens = torch.tensor([[5, 6, 7], [1, 2, 3]])
    assert take(tokens, torch.tensor([[2, 0], [1, 1]])).tolist() == [[7, 5], [2, 2]]


def test_options_that_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="form must be one of"):
        build(form="both")
    with pytest.raises(ValueError, match="start must be 'mae' or 'beit'"):
        build(start="zero")
    with pytest.raises(ValueError, match="a linear head sees no hidden patch"):
        build(form="visible-only")
    with pytest.raises(ValueError, match="BlockMask hides another number in every picture"):
        build(
            form="visible-only",
            decoder={"embed_dims": 8, "num_heads": 2},
            masking={"type": "BlockMask"},
        )
