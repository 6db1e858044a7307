"""Each method's step, from its shipped config made tiny: no waiting, and one graph for all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from asked import WAITING, Asked
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.registry import MODELS
from mmengine.runner import set_random_seed
from torch import Tensor
from torch.testing import assert_close

from pretrain.masking import Masking
from pretrain.tokenizers.dalle import Encoder

CONFIGS = Path("pretrain/configs")
ENCODER = {"arch": None, "img_size": 32, "patch_size": 8, "embed_dims": 16, "depth": 2}
DECODER = {"embed_dims": 16, "depth": 1, "num_heads": 2}
VQ = {"type": "VQVAE", "vocabulary": 16, "strides": (4, 2), "widths": (8, 8), "code_dims": 4}
METHODS: dict[str, dict[str, Any]] = {
    "mae/vit-b_vq-token_1600e": {"decoder": DECODER},
    "beit/vit-b_800e": {"masking": {"smallest": 2}},
    "simmim/vit-b_800e": {},
    "maskfeat/vit-b_1600e": {"masking": {"smallest": 2}},
    "supervised/vit-b_300e": {"num_classes": 3},
}


@pytest.fixture(scope="module")
def dalle(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(0)
    encoder = Encoder(8, 24)
    for parameter in encoder.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    path = tmp_path_factory.mktemp("dalle") / "encoder.pth"
    torch.save(encoder.state_dict(), path)
    return str(path)


def build(name: str, dalle: str) -> tuple[BaseModel, OptimWrapper]:
    """The config's model and its optimiser, as `--amp` has them."""
    config = Config.fromfile(CONFIGS / f"{name}.py")
    options = {"encoder": {**ENCODER, "num_heads": 2}, **METHODS[name]}
    config.merge_from_dict({"model": options})
    target = config.model.get("target", {})
    if target.get("type") == "TokenTarget":
        small = {"type": "DalleTokenizer", "encoder": dalle, "width": 8, "vocabulary": 24}
        second = "second_size" in target
        target.update(tokenizer=small if second else VQ, second_size=32 if second else None)
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    config.optim_wrapper.optimizer.lr = 1e-3
    wrapper = build_optim_wrapper(model, {**config.optim_wrapper, "type": "Bf16OptimWrapper"})
    return model.train(), wrapper


def batch(name: str, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(4, 3, 32, 32, generator=generator)
    if "supervised" in name:
        return {"images": images, "labels": torch.tensor([0, 1, 2, 0])}
    return {"images": images, "second": images}


@pytest.mark.parametrize("name", METHODS)
def test_the_host_never_waits_within_a_step(name: str, dalle: str) -> None:
    model, wrapper = build(name, dalle)
    if hasattr(model, "masks"):
        masking = model.masks.draw(4, torch.device("cpu"))  # on the host where it is drawn
        model.masks.draw = lambda *_: masking
    model.train_step(batch(name), wrapper)  # the optimiser makes its state
    with Asked() as asked:
        model.train_step(batch(name), wrapper)
    assert "mm" in asked.names or "addmm" in asked.names
    assert not [waiting for waiting in asked.names if waiting in WAITING]


class Graphs(list[torch.fx.GraphModule]):
    """A backend of `torch.compile` that runs its graphs as they are and keeps them."""

    def __call__(self, graph: torch.fx.GraphModule, _: list[Tensor]) -> Callable[..., Any]:
        self.append(graph)
        return graph.forward


@pytest.mark.parametrize("name", METHODS)
def test_compiled_at_the_first_step_with_the_same_loss(name: str, dalle: str) -> None:
    torch._dynamo.reset()
    graphs, runs = Graphs(), [build(name, dalle), build(name, dalle)]
    runs[0][0].compile(backend=graphs)
    counts = []
    for step in range(3):
        losses = []
        for model, wrapper in runs:
            set_random_seed(step)  # masks, stochastic depth, mixing
            losses.append(model.train_step(batch(name, step), wrapper)["loss"])
        assert_close(*losses)
        counts.append(len(graphs))
    assert counts[0] == counts[-1]
    # a CPU's attention with relative position stays out of the graph
    assert (counts[0] == 1) == (name != "simmim/vit-b_800e")


def test_another_number_of_hidden_patches_is_the_same_graph() -> None:
    torch._dynamo.reset()
    graphs, (model, wrapper) = Graphs(), build("maskfeat/vit-b_1600e", "")
    model.compile(backend=graphs, fullgraph=True)
    for number in (5, 3, 7):
        model.masks.hidden = lambda images, n=number: torch.arange(16).expand(images, -1) < n
        model.train_step(batch("maskfeat"), wrapper)
    assert len(graphs) == 1


def test_relative_position_is_in_the_graph_of_a_gpu() -> None:
    """As of any device but a CPU, so of one where nothing but shapes is computed."""
    torch._dynamo.reset()
    device, graphs = torch.device("meta"), Graphs()
    model = build("simmim/vit-b_800e", "")[0].to(device)
    model.compile(backend=graphs, fullgraph=True)
    images, masking = (
        torch.rand(4, 3, 32, 32, device=device),
        model.masks.arrange(model.masks.hidden(4)),
    )
    model.loss(images, images, Masking(*(x.to(device) for x in masking)))
    assert len(graphs) == 1
