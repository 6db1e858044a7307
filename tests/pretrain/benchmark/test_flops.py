"""Operations on paper are those PyTorch counts while the model runs."""

from argparse import Namespace

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from pretrain.benchmark.cases import build_model
from pretrain.benchmark.flops import linear_products, step_flops
from pretrain.benchmark.matmul import Products
from pretrain.model import MaskedImageModel


def test_a_step_is_counted_as_pytorch_counts_it(options: Namespace) -> None:
    model = build_model(options)
    counter = FlopCounterMode(display=False)
    with counter, sdpa_kernel(SDPBackend.MATH):  # whose products are counted on a CPU
        model(torch.randn(2, 3, 64, 64), mode="loss")["loss"].backward()
    assert counter.get_total_flops() == 2 * step_flops(model)


def test_the_bare_products_are_as_many(options: Namespace) -> None:
    products = linear_products(build_model(options))
    bare = Products(products, 2, torch.float32, "cpu")
    counter = FlopCounterMode(display=False)
    with counter:
        bare.step()
    assert counter.get_total_flops() == bare.flops == 2 * sum(p.flops for p in products)


def test_other_forms_are_not_counted_wrongly() -> None:
    encoder = {"arch": "tiny", "img_size": 32, "depth": 1}
    target = {"type": "PixelTarget", "normalize": True}
    with pytest.raises(ValueError, match="only visible-only models are counted"):
        step_flops(MaskedImageModel(encoder, target, form="mask-token"))
