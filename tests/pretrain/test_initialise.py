"""Starting weights, as the paper's appendix and the released code have them."""

import math
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.testing import assert_close

from backbones.export import save_export
from backbones.positions import sincos_2d
from pretrain import MaskedImageModel


def build(**encoder: Any) -> MaskedImageModel:
    torch.manual_seed(0)
    return MaskedImageModel(
        encoder={"arch": "tiny", "depth": 2, "img_size": 64, **encoder},
        decoder={"embed_dims": 128, "depth": 2, "num_heads": 4},
        target={"type": "PixelTarget", "normalize": True},
    )


def test_linear_layers_are_xavier_uniform_with_zero_bias() -> None:
    linears = [m for m in build().modules() if isinstance(m, nn.Linear)]
    assert len(linears) == 4 * 4 + 2
    for layer in linears:
        bound = math.sqrt(6 / sum(layer.weight.shape))
        assert layer.weight.abs().max() <= bound
        assert abs(layer.weight.std() / (bound / math.sqrt(3)) - 1) < 0.03
        assert not layer.bias.any()


def test_the_patch_embedding_starts_as_the_linear_layer_it_is() -> None:
    weight = build().encoder.patch_embed.proj.weight
    bound = math.sqrt(6 / (192 + 3 * 16 * 16))
    assert 0.95 * bound < weight.abs().max() <= bound


def test_tokens_are_normal_and_positions_fixed() -> None:
    model = build()
    for token in (model.encoder.cls_token, model.decoder.mask_token):
        assert abs(token.std() / 0.02 - 1) < 0.2
    for table, width in (
        (model.encoder.pos_embed, 192),
        (model.decoder.decoder_pos_embed, 128),
    ):
        assert not table.requires_grad
        assert_close(table.data, sincos_2d((4, 4), width))


def test_an_encoder_given_a_file_starts_from_it_and_not_from_these(tmp_path: Path) -> None:
    trained = build().encoder
    torch.nn.init.normal_(trained.pos_embed)
    save_export(tmp_path / "w.pth", dict(trained.state_dict()), {})
    init = {"type": "ViTCheckpoint", "checkpoint": str(tmp_path / "w.pth")}
    model = build(init_cfg=init)
    decoder = {name: tensor.clone() for name, tensor in model.decoder.state_dict().items()}
    model.init_weights()
    for name, tensor in model.encoder.state_dict().items():
        assert torch.equal(tensor, trained.state_dict()[name]), name
    for name, tensor in model.decoder.state_dict().items():
        assert torch.equal(tensor, decoder[name]), name
