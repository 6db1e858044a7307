"""Work beside other work gives what it gives in turn."""

import pytest
import torch
from torch import Tensor

from pretrain.beside import begin


def double(given: Tensor) -> Tensor:
    return given * 2


@pytest.mark.parametrize("beside", [True, False])
def test_on_a_cpu_the_work_is_done_where_it_is_begun(beside: bool) -> None:
    given = torch.ones(3)
    finish = begin(double, given, beside=beside)
    given.zero_()
    assert finish().tolist() == finish().tolist() == [2, 2, 2]


def test_it_is_part_of_a_compiled_graph() -> None:
    torch._dynamo.reset()

    def step(given: Tensor) -> Tensor:
        finish = begin(double, given)
        return given + finish()

    compiled = torch.compile(step, backend="eager", fullgraph=True)
    assert compiled(torch.ones(2)).tolist() == [3, 3]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="streams are CUDA's")
def test_on_a_gpu_nothing_is_read_early_or_overwritten() -> None:
    generator = torch.Generator("cuda").manual_seed(0)

    def slow(given: Tensor) -> Tensor:
        for _ in range(20):
            given = given @ given / 512**0.5
        return given

    for _ in range(20):
        given = torch.randn(512, 512, device="cuda", generator=generator)
        expected = slow(given)
        finish = begin(slow, given * 1)  # the product is freed while it is read
        other = [torch.full((512, 512), 9.0, device="cuda") for _ in range(8)]  # where it lay
        found = finish()
        assert torch.equal(found, expected)
        del other
