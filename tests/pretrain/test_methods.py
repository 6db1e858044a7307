"""Every shipped method trains, end to end and made tiny: its loss falls, its encoder exports."""

import json
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from backbones.export import load_export
from pretrain.__main__ import main as pretrain
from pretrain.export import main as export
from pretrain.tokenizers import VQVAE, save_tokenizer

CONFIGS = Path("pretrain/configs")
TINY = {
    "model.encoder.img_size": 32,
    "model.encoder.patch_size": 8,
    "model.encoder.depth": 2,
    "model.encoder.embed_dims": 16,
    "model.encoder.num_heads": 2,
}
SHORT = {
    "base_lr": 0.3,
    "epochs": 25,
    "warmup_epochs": 1,
    "batch_size": 4,
    "workers": 0,
    "save_interval": 25,
    "log_interval": 1,
    "figure_interval": 25,
}
DECODER = {
    "model.decoder.embed_dims": 16,
    "model.decoder.depth": 1,
    "model.decoder.num_heads": 2,
}
TOKENS = {"model.target.second_size": "None", "train_dataloader.dataset.second_size": "None"}
METHODS: dict[str, dict[str, Any]] = {
    "mae/vit-b_pca_1600e": {**DECODER, "model.target.components": 6},
    "mae/vit-b_hog_1600e": DECODER,
    "mae/vit-b_palette_1600e": {**DECODER, "model.target.colours": 8},
    "mae/vit-b_vq-token_1600e": {**DECODER, "model.target.tokenizer": "TOKENIZER"},
    "beit/vit-b_800e": {
        **TOKENS,
        "model.target.tokenizer": "TOKENIZER",
        "model.masking.smallest": 2,
    },
    "peco/vit-b_800e": {"model.target.tokenizer": "TOKENIZER", "model.masking.smallest": 2},
    "simmim/vit-b_800e": {"lr_drops": "[24]"},
    "maskfeat/vit-b_1600e": {"model.masking.smallest": 2},
    "igpt/vit-b_palette_800e": {"model.target.colours": 8},
    "context-encoder/vit-b_800e": {**DECODER, "model.mask_ratio": 0.25},
    "mae_ablations/encoder-mask-token": DECODER,
    "mae_ablations/mask-block-75": {**DECODER, "model.masking.smallest": 2},
    "mae_ablations/mask-grid-75": DECODER,
}


@pytest.fixture(scope="module")
def ramps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of colours that change evenly, so that a hidden patch can be known."""
    folder = tmp_path_factory.mktemp("ramps")
    random = np.random.default_rng(0)
    across, down = np.meshgrid(np.linspace(-1, 1, 48), np.linspace(-1, 1, 40))
    for i in range(12):
        slopes, middle = random.uniform(-60, 60, (2, 3)), random.uniform(100, 150, 3)
        pixels = across[..., None] * slopes[0] + down[..., None] * slopes[1] + middle
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(0)
    built = VQVAE(8, strides=(8,), widths=(8,), code_dims=4)
    for _ in range(3):
        built(torch.randn(4, 3, 32, 32))
    path = tmp_path_factory.mktemp("tokenizer") / "vq.pth"
    save_tokenizer(path, built.state_dict(), built.options, {})
    return str(path)


@pytest.mark.parametrize("name", METHODS)
def test_the_loss_falls_and_the_encoder_exports(
    name: str, tokenizer: str, ramps: Path, tmp_path: Path
) -> None:
    options = {**TINY, **SHORT, "data_root": ramps, **METHODS[name]}
    pairs = [f"{key}={tokenizer if v == 'TOKENIZER' else v}" for key, v in options.items()]
    run = tmp_path / "run"
    pairs += ["train_dataloader.dataset.scale=(0.9,1.0)"]
    config = str(CONFIGS / f"{name}.py")
    pretrain([config, "--work-dir", str(run), "--cfg-options", *pairs])
    record = json.loads((run / "result.json").read_text())
    losses = [value for _, value in record["curves"]["loss"]]
    assert mean(losses[-8:]) < mean(losses[:8])
    assert record["figures"] == ["reconstruction/epoch_025.png"]
    export([str(run), str(tmp_path / "out.pth")])
    weights, meta = load_export(tmp_path / "out.pth")
    assert meta["target"] == record["target"]
    assert not any(key.startswith(("decoder", "mask_token", "target")) for key in weights)


def test_a_perceptual_tokenizer_trains_on_an_export(pictures: Path, tmp_path: Path) -> None:
    config = str(CONFIGS / "mae/vit-b_pixel_1600e.py")
    options = {**TINY, **SHORT, **DECODER, "data_root": pictures, "epochs": 2}
    pairs = [f"{key}={value}" for key, value in options.items()]
    pretrain([config, "--work-dir", str(tmp_path / "mae"), "--cfg-options", *pairs])
    export([str(tmp_path / "mae"), str(tmp_path / "mae.pth")])
    options = {
        **SHORT,
        "data_root": pictures,
        "model.perceptual": tmp_path / "mae.pth",
        "epochs": 10,
        "model.tokenizer.vocabulary": 8,
        "model.tokenizer.strides": "[4,2]",
        "model.tokenizer.widths": "[8,16]",
        "train_dataloader.dataset.size": 32,
        "default_hooks.figure.size": 32,
        "base_lr": 0.6,
    }
    pairs = [f"{key}={value}" for key, value in options.items()]
    config, run = str(CONFIGS / "demo/perceptual_vq.py"), tmp_path / "pvq"
    pretrain([config, "--work-dir", str(run), "--cfg-options", *pairs])
    record = json.loads((run / "result.json").read_text())
    losses = [value for _, value in record["curves"]["loss"]]
    assert mean(losses[-8:]) < mean(losses[:8])
    assert record["metrics"]["usage"]["value"] >= 0.5  # of eight words
    assert record["metrics"]["perplexity"]["value"] > 2
