"""Every shipped config builds, and its arithmetic gives the paper's numbers."""

import ast
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS

from pretrain.export import build
from pretrain.recipe import complete

ROOT = Path("pretrain/configs")
LEAVES = sorted(p for p in ROOT.rglob("*.py") if "_base_" not in str(p))
PAPER = [p for p in LEAVES if p.parent.name in ("mae", "supervised")]
SIZES = {"b": (768, 12, 12, 16), "l": (1024, 24, 16, 16), "h": (1280, 32, 16, 14)}


def load(path: Path, pictures: Path) -> Config:
    config = Config.fromfile(path)
    config.data_root = str(pictures)
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
    with torch.device("meta"):
        model = build(config)
    wrapper = build_optim_wrapper(model, config.optim_wrapper)
    decayed, rest = wrapper.optimizer.param_groups
    assert decayed["weight_decay"] > rest["weight_decay"] == 0
    if config.method != "supervised":
        assert config.method == f"mae-{model.target_name}"
    if path in PAPER:
        encoder = model.encoder
        size = encoder.embed_dims, encoder.depth, encoder.num_heads, encoder.patch_size
        assert size == SIZES[path.stem[4]]


@pytest.mark.parametrize("path", PAPER, ids=str)
def test_the_learning_rate_of_the_paper(path: Path, pictures: Path) -> None:
    """ImageNet-1K: 1 281 167 pictures are 312 steps of 4096, 2496 iterations of 512."""
    config = load(path, pictures)
    wrapper = build_optim_wrapper(torch.nn.Linear(1, 1), config.optim_wrapper)
    schedule = PARAM_SCHEDULERS.get("WarmupCosineLR").build_iter_from_epoch(
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
