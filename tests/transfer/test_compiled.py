"""A compiled backbone is one graph, made once, and gives the same maps, losses and gradients."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch._dynamo.utils import counters

import backbones.attention
from backbones import PlainViT, ViTClassifier
from backbones.attention import augmented_attention
from backbones.relative_position import Bias, DecomposedBias
from transfer.benchmark.__main__ import parse
from transfer.benchmark.cases import build_case
from transfer.benchmark.compare import difference
from transfer.compiled import compile_backbone

TOY = Path(__file__).parents[2] / "transfer/configs/ade20k/toy.py"
SMALL: dict[str, Any] = dict(
    **dict(arch=None, embed_dims=32, depth=2, num_heads=2, patch_size=8, img_size=64),
    **dict(out_indices=(0, 1), drop_path_rate=0.1, final_norm=False),
)
WINDOWS: dict[str, Any] = dict(window_size=3, global_blocks=(1,), cls_token=False)
KINDS = {
    "vitdet": dict(**WINDOWS, rel_pos="decomposed"),
    "vit-fpn": dict(**WINDOWS, rel_pos="shared-table"),
    "upernet": dict(rel_pos="table", layer_scale=1.0),
}


@pytest.fixture(autouse=True)
def _afresh() -> None:
    torch._dynamo.reset()
    counters.clear()


def as_on_a_gpu(q: Tensor, k: Tensor, v: Tensor, bias: Bias) -> Tensor:
    if isinstance(bias, DecomposedBias):
        return augmented_attention(q, k, v, bias)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias.dense().to(q.dtype))


@pytest.mark.parametrize("kind", KINDS)
def test_one_graph_for_all_steps(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a GPU: a CPU's attention with a bias is a loop, which is left out of graphs."""
    monkeypatch.setattr(backbones.attention, "chunked_attention", as_on_a_gpu)
    torch.manual_seed(0)
    model = nn.ModuleDict({"backbone": PlainViT(**SMALL, **KINDS[kind])}).train()
    compile_backbone(model, backend="aot_eager")
    for _ in range(2):
        maps = model["backbone"](torch.randn(2, 3, 64, 64))
        torch.stack([x.square().mean() for x in maps]).sum().backward()
    assert counters["stats"]["unique_graphs"] == 1
    assert counters["frames"]["total"] == 1
    assert not counters["graph_break"]


def test_losses_gradients_and_names_are_the_eager_ones() -> None:
    where = ["--config", str(TOY), "--device", "cpu", "--dtype", "float32", "--full"]
    options = parse(["segmentation", *where])
    plain, compiled = (build_case("ours", options) for _ in range(2))
    compile_backbone(compiled.model, backend="aot_eager")
    apart = difference(compiled.compute(), plain.compute())
    assert counters["stats"]["unique_graphs"] > 0
    assert apart["values"] < 1e-5
    assert apart["gradients"] < 1e-4
    assert compiled.model.state_dict().keys() == plain.model.state_dict().keys()


def test_validation_is_not_compiled() -> None:
    model = nn.ModuleDict({"backbone": PlainViT(**SMALL)})
    expected = PlainViT(**SMALL)
    expected.load_state_dict(model["backbone"].state_dict())
    compile_backbone(model, backend="aot_eager")
    model.eval()
    expected.eval()
    images = torch.randn(1, 3, 40, 56)
    with torch.no_grad():
        for found, plain in zip(model["backbone"](images), expected(images), strict=True):
            assert torch.equal(found, plain)
    assert not counters["stats"]


def test_a_classifiers_backbone_is_compiled_where_it_is_asked() -> None:
    torch.manual_seed(0)
    backbone = {"type": "PlainViT", **SMALL, "out_indices": (1,), "drop_path_rate": 0.0}
    model = ViTClassifier(backbone, 3, pool="mean")
    images = torch.randn(2, 3, 64, 64)
    expected = model(images)
    compile_backbone(model, backend="aot_eager")
    torch.testing.assert_close(model.train()(images), expected)
    assert counters["stats"]["unique_graphs"] == 1
