"""A training step as it runs: no waiting for the device, one graph, and the same in pieces."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from asked import WAITING, Asked
from mmengine.optim import OptimWrapper, build_optim_wrapper
from torch import Tensor
from torch.testing import assert_close

from pretrain import MaskedImageModel

PATCH, PIXELS = 4, {"type": "PixelTarget", "normalize": True}
ENCODER = {"arch": None, "img_size": 16, "patch_size": PATCH, "embed_dims": 16, "depth": 2}
DECODER = {"embed_dims": 8, "depth": 2, "num_heads": 2}
VQ = {"type": "VQVAE", "vocabulary": 16, "strides": (2, 2), "widths": (8, 8), "code_dims": 4}
TARGETS: dict[str, dict[str, Any]] = {
    "pixel": PIXELS,
    "pca": {"type": "PCATarget", "components": 5},
    "hog": {"type": "HOGTarget", "cell": 2},
    "palette": {"type": "PaletteTarget", "colours": 4},
    "vq": {"type": "TokenTarget", "tokenizer": VQ},
}
BEIT = {"form": "mask-token", "decoder": None, "masking": {"type": "BlockMask", "smallest": 2}}


def build(target: str = "pixel", **options: Any) -> MaskedImageModel:
    torch.manual_seed(0)
    arguments: dict[str, Any] = {"decoder": DECODER, **options}
    return MaskedImageModel({**ENCODER, "num_heads": 2}, dict(TARGETS[target]), **arguments)


def wrap(model: MaskedImageModel, **options: Any) -> OptimWrapper:
    optimizer = {"type": "AdamW", "lr": 1e-3, "weight_decay": 0.05, "fused": True}
    config = {"constructor": "DecayMatricesOnly", "optimizer": optimizer, **options}
    wrapper: OptimWrapper = build_optim_wrapper(model, config)
    return wrapper


def batch(pictures: int = 4) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(pictures, 3, 16, 16, generator=generator)
    return {"images": images, "noise": torch.rand(pictures, 16, generator=generator)}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("form", ["mae", "beit"])
@pytest.mark.parametrize("wrapper", ["OptimWrapper", "Bf16OptimWrapper"])
def test_the_host_never_waits_within_a_step(target: str, form: str, wrapper: str) -> None:
    model = build(target, **(BEIT if form == "beit" else {}))
    clipped = {"clip_grad": {"max_norm": 3.0}} if wrapper == "Bf16OptimWrapper" else {}
    optimiser = wrap(model, type=wrapper, **clipped)
    images = batch()["images"]
    masking = model.masks.draw(len(images), torch.device("cpu"))  # on the host where it is drawn
    model.masks.draw = lambda *_: masking  # type: ignore[method-assign]
    model.train_step({"images": images}, optimiser)  # the optimiser makes its state
    with Asked() as asked:
        model.train_step({"images": images}, optimiser)
    assert "mm" in asked.names or "addmm" in asked.names
    assert not [name for name in asked.names if name in WAITING]


def test_a_random_mask_is_drawn_without_waiting() -> None:
    with Asked() as asked:
        build().masks.draw(4, torch.device("cpu"))
    assert not [name for name in asked.names if name in WAITING]
    assert sum("sort" in name for name in asked.names) == 1


@pytest.mark.parametrize("target", TARGETS)
def test_the_loss_is_one_graph(target: str) -> None:
    torch._dynamo.reset()
    model, images = build(target), batch()["images"]
    found = torch._dynamo.explain(model.loss)(images, images, model.masking(images, None))
    assert (found.graph_count, found.graph_break_count) == (1, 0)


def test_compiled_once_for_all_steps_with_the_same_loss() -> None:
    torch._dynamo.reset()
    graphs: list[Any] = []

    def count(graph: torch.fx.GraphModule, _: list[Tensor]) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    model, plain = build(), build()
    model.compile(backend=count, fullgraph=True)
    steps = [(m, wrap(m)) for m in (model, plain)]
    for _ in range(4):
        found, expected = (m.train_step(batch(), w) for m, w in steps)
        assert_close(found["loss"], expected["loss"])
    assert len(graphs) == 1


def gradients(model: MaskedImageModel, **data: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    model(**data, mode="loss")["loss"].backward()
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_recomputed_activations_change_nothing(part: str) -> None:
    plain, recomputed = build(), build()
    getattr(recomputed, part).with_cp = True
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1

    blocks = recomputed.encoder.blocks if part == "encoder" else recomputed.decoder.decoder_blocks
    blocks[0].register_forward_pre_hook(count)
    expected = gradients(plain, **batch())
    for name, gradient in gradients(recomputed, **batch()).items():
        assert torch.equal(gradient, expected[name]), name
    assert seen == 2  # forward, and again backward


@pytest.mark.parametrize("clip", [None, {"max_norm": 0.1}])
def test_accumulated_pieces_are_the_large_batch(clip: dict[str, float] | None) -> None:
    # float64: Adam makes steps of the rounding in gradients that are zero, as the keys' bias
    data = {name: tensor.double() for name, tensor in batch(8).items()}
    whole, pieces = build().double(), build().double()
    optimisers = wrap(whole, clip_grad=clip), wrap(pieces, clip_grad=clip, accumulative_counts=4)
    start = {name: tensor.clone() for name, tensor in whole.state_dict().items()}
    for _ in range(3):
        expected = whole.train_step(data, optimisers[0])["loss"]
        losses = []
        for i in range(4):
            piece = {name: tensor[2 * i : 2 * i + 2] for name, tensor in data.items()}
            losses.append(pieces.train_step(piece, optimisers[1])["loss"])
        assert_close(torch.stack(losses).mean(), expected, rtol=0, atol=1e-10)
    assert not torch.equal(whole.state_dict()["cls_token"], start["cls_token"])
    for name, tensor in pieces.state_dict().items():
        assert_close(tensor, whole.state_dict()[name], rtol=0, atol=1e-8, msg=name)
