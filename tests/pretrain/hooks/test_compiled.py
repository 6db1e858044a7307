"""A compiled run learns what the other does, and leaves the same files."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch._dynamo.testing import CompileCounter

from backbones.vit import PlainViT
from pretrain.__main__ import configure, main, parse
from pretrain.hooks.compiled import compile_blocks


@pytest.mark.parametrize("config", ["mae_pixel-norm", "supervised"])
def test_a_compiled_run_is_the_same_run(
    tmp_path: Path, command: Callable[..., list[str]], config: str
) -> None:
    hook = {
        "default_hooks.compiled.type": "CompileModel",
        "default_hooks.compiled.backend": "eager",
    }
    main(command(tmp_path / "plain", config=config, epochs=2))
    torch._dynamo.reset()
    before = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    main(command(tmp_path / "compiled", config=config, epochs=2, **hook))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > before
    weights = [
        torch.load(tmp_path / name / "epoch_2.pth", weights_only=False)["state_dict"]
        for name in ("plain", "compiled")
    ]
    assert weights[0].keys() == weights[1].keys()
    for name, tensor in weights[0].items():
        torch.testing.assert_close(weights[1][name], tensor, msg=name)
    records = [
        json.loads((tmp_path / n / "result.json").read_text()) for n in ("plain", "compiled")
    ]
    assert records[0]["protocol"] == records[1]["protocol"]


@pytest.mark.parametrize(("rate", "graphs"), [(0.0, 1), (0.1, 12)])
def test_every_block_is_compiled_also_where_all_differ(rate: float, graphs: int) -> None:
    torch._dynamo.reset()
    options = {"embed_dims": 8, "depth": 12, "num_heads": 2, "drop_path_rate": rate}
    model = PlainViT(None, img_size=16, patch_size=8, **options).train()
    counter = CompileCounter()
    with torch._dynamo.config.patch(cache_size_limit=8):
        compile_blocks(model, backend=counter)
        for _ in range(2):
            model(torch.ones(2, 3, 16, 16))
    assert counter.frame_count == graphs


def test_the_flag_asks_for_the_hook(tmp_path: Path, command: Callable[..., list[str]]) -> None:
    for flag, mode in ((["--compile"], "default"), (["--compile", "reduce-overhead"], None)):
        config, _ = configure(parse(command(tmp_path, *flag, "--amp")))
        wanted = {"type": "CompileModel", "mode": mode or flag[1]}
        assert dict(config.default_hooks.compiled) == wanted
