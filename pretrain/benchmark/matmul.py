"""What the device multiplies at most, at the sizes the model needs: its linear layers and no more.

Shapes: M = N * rows of a batch of N pictures.
"""

from collections import Counter
from collections.abc import Callable

import torch
from torch import Tensor

from pretrain.benchmark.flops import Product

Tensors = tuple[Tensor, Tensor, Tensor]  # [M, in], [out, in], [M, out]


class Products:
    """All products of a model's linear layers in a training step, on tensors of their own.

    Each is as often multiplied as the model has it: forward, for the weights, for the input.
    """

    def __init__(
        self, products: list[Product], batch: int, dtype: torch.dtype, device: str
    ) -> None:
        self.counts = Counter(products)
        self.flops = batch * sum(product.flops for product in products)
        self.tensors: dict[Product, Tensors] = {}
        for product in self.counts:
            M, inputs, outputs = batch * product.rows, product.inputs, product.outputs
            shapes = ((M, inputs), (outputs, inputs), (M, outputs))
            x, weight, gradient = (torch.randn(s, dtype=dtype, device=device) for s in shapes)
            self.tensors[product] = (x, weight, gradient)

    def step(self) -> None:
        for product, count in self.counts.items():
            for _ in range(count):
                for work in works(product, self.tensors[product]):
                    work()


def works(product: Product, tensors: Tensors) -> list[Callable[[], Tensor]]:
    x, weight, gradient = tensors
    found: list[Callable[[], Tensor]] = [lambda: x @ weight.T, lambda: gradient.T @ x]
    return found if product.passes == 2 else [*found, lambda: gradient @ weight]
