"""transformers' models, as they save themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from small_vits import drawn, from_file, pictures, same
from torch import Tensor, nn
from transformers import (
    BeitConfig,
    BeitForImageClassification,
    BeitForMaskedImageModeling,
    CLIPVisionConfig,
    CLIPVisionModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    ViTConfig,
    ViTForImageClassification,
    ViTMAEConfig,
    ViTMAEForPreTraining,
)

from backbones.checkpoints.families import recognise

HF: dict[str, Any] = dict(
    hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=96,
    image_size=32, patch_size=8,
)  # fmt: skip
HF_DECODER: dict[str, Any] = dict(
    decoder_hidden_size=32, decoder_num_hidden_layers=1, decoder_num_attention_heads=2,
    decoder_intermediate_size=64,
)  # fmt: skip
HUB: dict[str, tuple[str, Callable[[], nn.Module], Callable[[Any], Tensor]]] = {
    "ViT": (
        "Hugging Face ViT",
        lambda: ViTForImageClassification(ViTConfig(**HF)),
        lambda m: m.vit(pictures()).last_hidden_state,
    ),
    "ViTMAE": (
        "Hugging Face ViTMAE",
        lambda: ViTMAEForPreTraining(ViTMAEConfig(**HF, **HF_DECODER, mask_ratio=0.0)),
        # it shuffles the patches by the noise; so their order stays
        lambda m: m.vit(pictures(), noise=torch.arange(16.0).expand(2, -1)).last_hidden_state,
    ),
    "BEiT masked": (
        "Hugging Face BEiT",
        lambda: BeitForMaskedImageModeling(
            BeitConfig(**HF, use_shared_relative_position_bias=True, use_mask_token=True)
        ),
        lambda m: m.layernorm(m.beit(pictures()).last_hidden_state),
    ),
    "BEiT": (
        "Hugging Face BEiT",
        lambda: BeitForImageClassification(BeitConfig(**HF, use_relative_position_bias=True)),
        lambda m: m.beit(pictures()).last_hidden_state,
    ),
    "DINOv2": (
        "Hugging Face DINOv2",
        lambda: Dinov2Model(Dinov2Config(**HF)),
        lambda m: m(pictures()).last_hidden_state,
    ),
    "DINOv2 registers": (
        "Hugging Face DINOv2",
        lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**HF)),
        lambda m: m(pictures()).last_hidden_state,
    ),
    "CLIP": (
        "Hugging Face CLIP",
        lambda: CLIPVisionModel(CLIPVisionConfig(**HF)),
        lambda m: m.post_layernorm(m(pictures()).last_hidden_state),
    ),
}


@pytest.mark.parametrize("layout", HUB)
def test_transformers(tmp_path: Path, layout: str) -> None:
    family, make, features = HUB[layout]
    reference = drawn(make())
    reference.save_pretrained(tmp_path)
    registers = "keep" if "registers" in layout else None
    model = from_file(tmp_path / "model.safetensors", None, registers=registers)
    assert model.load_report.family == family
    assert (model.num_heads, model.norm_eps) == (3, float(reference.config.layer_norm_eps))
    same(model, features(reference))


def test_files_beside_the_weights_are_believed(tmp_path: Path) -> None:
    drawn(ViTForImageClassification(ViTConfig(**HF))).save_pretrained(tmp_path)
    weights = tmp_path / "model.safetensors"
    (tmp_path / "preprocessor_config.json").write_text(
        '{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}'
    )
    traits = recognise(load_file(weights), str(weights)).traits
    assert traits.normalisation == ((127.5,) * 3, (127.5,) * 3)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"gelu"', '"silu"'))
    with pytest.raises(ValueError, match="asks for hidden_act 'silu'"):
        recognise(load_file(weights), str(weights))
    config.write_text("{")
    with pytest.raises(ValueError, match=r"config\.json is no JSON"):
        recognise(load_file(weights), str(weights))
    config.unlink()
    assert recognise(load_file(weights), str(weights)).traits.num_heads is None


@pytest.mark.parametrize(("name", "missing"), [("key.weight", "key"), ("value.bias", "value")])
def test_half_an_attention_is_refused(tmp_path: Path, name: str, missing: str) -> None:
    ViTForImageClassification(ViTConfig(**HF)).save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors[f"vit.encoder.layer.1.attention.attention.{name}"]
    with pytest.raises(ValueError, match=f"no .*{missing}.* beside it; the file is incomplete"):
        recognise(tensors, "w.pth")
