"""Every shipped config builds, and its arithmetic gives the paper's numbers."""

import ast
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS

from pretrain.export import build
from pretrain.recipe import complete

ROOT = Path("pretrain/configs")
LEAVES = sorted(p for p in ROOT.rglob("*.py") if not ("_base_" in str(p) or p.name[0] == "_"))
PAPER = [p for p in LEAVES if p.parent.name in ("mae", "supervised")]
ABLATIONS = ROOT / "mae_ablations"
SIZES = {"b": (768, 12, 12, 16), "l": (1024, 24, 16, 16), "h": (1280, 32, 16, 14)}


def load(path: Path, pictures: Path) -> Config:
    """The config, with a small tokenizer of the right stride where it leaves one to the user."""
    config = Config.fromfile(path)
    config.data_root = str(pictures)
    target = config.model.get("target", {})
    if target.get("type") == "TokenTarget":
        stride = 8 if target.get("second_size") else config.model.encoder.get("patch_size", 16)
        name = config.method.removeprefix("mae-").removesuffix("-token")
        small = {"type": "VQVAE", "vocabulary": 8, "code_dims": 4, "name": name}
        target.tokenizer = {**small, "strides": [stride], "widths": [8]}
    if config.model.get("perceptual") == "":
        config.model.update(perceptual=None, pixel_weight=1.0)
    complete(config, world_size=8 if path in PAPER else 1)
    return config


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_it_says_how_to_run_it_and_what_to_expect(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    for label in ("Run:", "Smoke:", "Cost:", "Expect:", "Source:"):
        assert f"\n{label}" in text
    assert str(path) in text
    assert len(path.read_text().splitlines()) < 30  # a short diff


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_the_model_and_its_optimiser_build(path: Path, pictures: Path) -> None:
    config = load(path, pictures)
    tokens = config.model.get("target", {}).get("type") == "TokenTarget"
    if tokens:
        config.model.encoder.depth = 1  # it is built for real: k-means has no meta tensors
    with torch.device("cpu" if tokens else "meta"):
        model = build(config)
    wrapper = build_optim_wrapper(model, config.optim_wrapper)
    decayed, rest = wrapper.optimizer.param_groups
    assert decayed["weight_decay"] > rest["weight_decay"] == 0
    if path.parent.name == "mae":
        assert config.method == f"mae-{model.target_name}" + ("-token" if tokens else "")
    if path in PAPER:
        encoder = model.encoder
        size = encoder.embed_dims, encoder.depth, encoder.num_heads, encoder.patch_size
        expected = SIZES[path.stem[4]]
        assert size == ((expected[0], 1, *expected[2:]) if tokens else expected)


@pytest.mark.parametrize("path", PAPER, ids=str)
def test_the_learning_rate_of_the_paper(path: Path, pictures: Path) -> None:
    """ImageNet-1K: 1 281 167 pictures are 312 steps of 4096, 2496 iterations of 512."""
    config = load(path, pictures)
    wrapper = build_optim_wrapper(torch.nn.Linear(1, 1), config.optim_wrapper)
    schedule = PARAM_SCHEDULERS.get("WarmupLR").build_iter_from_epoch(
        wrapper,
        epoch_length=1281167 // 4096 * config.optim_wrapper.accumulative_counts,
        **{k: v for k, v in config.param_scheduler.items() if k in ("warmup", "end", "by_epoch")},
    )

    def rate(epoch: float) -> float:
        schedule.last_step = int(epoch * 2496) - 1
        schedule.step()
        return float(wrapper.optimizer.param_groups[0]["lr"])

    if path.parent.name == "mae":
        assert rate(20) == pytest.approx(1.2e-3)  # half way through 40 epochs of warm-up
        assert rate(40) == pytest.approx(2.4e-3)  # 1.5e-4 * 4096 / 256
        assert rate(820) == pytest.approx(1.2e-3)  # half way down
        assert rate(1600) == pytest.approx(0, abs=1e-9)
        assert config.optim_wrapper.optimizer.betas == (0.9, 0.95)
        assert config.optim_wrapper.optimizer.weight_decay == 0.05
    else:
        epochs = 300 if path.stem[4] == "b" else 200
        assert rate(20) == pytest.approx(1.6e-3)  # 1e-4 * 4096 / 256
        assert rate((epochs + 20) / 2) == pytest.approx(0.8e-3)
        assert config.epochs == epochs
        assert config.optim_wrapper.optimizer.weight_decay == 0.3
        assert config.model.encoder.drop_path_rate == (0.1 if epochs == 300 else 0.2)
        assert config.custom_hooks[0].momentum == pytest.approx(1 - 0.9999)


ROWS = {
    "decoder-depth-1": {"model.decoder.depth": 1},
    "decoder-width-128": {"model.decoder.embed_dims": 128},
    "encoder-mask-token": {"model.form": "mask-token"},
    "target-pixel-norm": {"model.target.normalize": True},
    "mask-block-50": {"model.masking.type": "BlockMask", "model.mask_ratio": 0.5},
    "mask-grid-75": {"model.masking.type": "GridMask", "model.mask_ratio": 0.75},
    "augment-none": {"train_dataloader.dataset.crop": "centre"},
    "schedule-1600": {"epochs": 1600},
}


@pytest.mark.parametrize("row", ROWS)
def test_an_ablation_differs_in_what_its_name_says(row: str) -> None:
    default = Config.fromfile(ABLATIONS / "vit-l_pixel_800e.py")
    config = Config.fromfile(ABLATIONS / f"{row}.py")
    for key, value in ROWS[row].items():
        assert flat(config.to_dict())[key] == value
    changed = {
        key
        for key in flat(config.to_dict()).keys() | flat(default.to_dict()).keys()
        if flat(config.to_dict()).get(key) != flat(default.to_dict()).get(key)
    }
    allowed = {"method", "model.masking.fill"} | ROWS[row].keys()
    assert changed <= allowed


def test_the_suite_of_ablations_has_every_row_of_the_paper() -> None:
    """Table 1: 5 + 5 + 2 + 4 + 4 + 4 rows, Figure 5: 10 ratios, Figure 7: 5 schedules; the default
    is one run for all eight."""
    assert len(list(ABLATIONS.glob("*.py"))) == 5 + 5 + 2 + 4 + 4 + 4 + 10 + 5 - 7


def flat(content: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


# hidden patches of 196, peak and lowest rate, betas, decay, clip, drop path, warm-up, scale, epochs
RELATIVES: dict[str, tuple[Any, ...]] = {
    "beit/vit-b_800e.py": (75, 1.5e-3, 1e-5, (0.9, 0.999), 0.05, 3.0, 0.1, 10, (0.08, 1), 800),
    "peco/vit-b_800e.py": (75, 1.5e-3, 1e-5, (0.9, 0.999), 0.05, 3.0, 0.1, 10, (0.08, 1), 800),
    "simmim/vit-b_800e.py": (120, 4e-4, 0, (0.9, 0.999), 0.05, 5.0, 0.1, 10, (0.67, 1), 800),
    "maskfeat/vit-b_1600e.py": (78, 1.6e-3, 0, (0.9, 0.999), 0.05, 0.02, 0.0, 30, (0.5, 1), 1600),
    "context-encoder/vit-b_800e.py": (
        *(36, 2.4e-3, 0, (0.9, 0.95), 0.05, None, 0.0, 40, (0.2, 1), 800),
    ),
}


@pytest.mark.parametrize("path", RELATIVES)
def test_the_relatives_hide_and_learn_as_published(path: str, pictures: Path) -> None:
    config = load(ROOT / path, pictures)
    config.model.encoder.depth = 1
    masks = build(config).masks
    optimizer, clip = config.optim_wrapper.optimizer, config.optim_wrapper.get("clip_grad", {})
    found = (
        masks.number - masks.visible,
        pytest.approx(optimizer.lr),
        pytest.approx(config.param_scheduler.floor * optimizer.lr),
        tuple(optimizer.betas),
        optimizer.weight_decay,
        clip.get("max_norm"),
        config.model.encoder.get("drop_path_rate", 0.0),
        config.warmup_epochs,
        tuple(config.train_dataloader.dataset.scale),
        config.epochs,
    )
    assert RELATIVES[path] == found
