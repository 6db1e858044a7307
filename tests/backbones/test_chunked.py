"""Attention in chunks is textbook attention, outputs and every gradient, however it is cut."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from backbones import chunked
from backbones.chunked import chunked_attention, chunks
from backbones.relative_position import (
    DecomposedBias,
    TableBias,
    decomposed_bias,
    table_bias,
    table_rows,
)

Grid = tuple[int, int]
SIZES = (1, 30, 200, 2**20)  # scores in a chunk: from single rows of one head to all at once


def textbook(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5 + bias
    return scores.softmax(-1) @ v


def textbook_table(table: Tensor, grid: Grid, cls_token: bool) -> Tensor:
    """Bias `[h, T, T]`, number by number."""
    gh, gw = grid
    cells = [(y, x) for y in range(gh) for x in range(gw)]
    rows = [[(y - b + gh - 1) * (2 * gw - 1) + x - a + gw - 1 for b, a in cells] for y, x in cells]
    if cls_token:
        to_patches, from_patches, itself = range(len(table) - 3, len(table))
        rows = [[itself] + [to_patches] * len(cells)] + [[from_patches, *row] for row in rows]
    return torch.stack([torch.stack([table[i] for i in row]) for row in rows]).permute(2, 0, 1)


def textbook_decomposed(q: Tensor, rel_h: Tensor, rel_w: Tensor, grid: Grid) -> Tensor:
    """Bias `[B, h, T, T]`, pair by pair."""
    gh, gw = grid
    cells = [(y, x) for y in range(gh) for x in range(gw)]
    pairs = torch.stack(
        [
            torch.stack([rel_h[y - b + gh - 1] + rel_w[x - a + gw - 1] for b, a in cells])
            for y, x in cells
        ]
    )  # [T, T, d]
    return (q[:, :, :, None] * pairs).sum(-1)


def leaves(*shapes: tuple[int, ...]) -> list[Tensor]:
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def compare(out: Tensor, expected: Tensor, inputs: list[Tensor]) -> None:
    assert_close(out, expected, rtol=0, atol=1e-12)
    weights = torch.randn_like(out)
    gradients = torch.autograd.grad((out * weights).sum(), inputs, retain_graph=True)
    true = torch.autograd.grad((expected * weights).sum(), inputs)
    for gradient, wanted in zip(gradients, true, strict=True):
        assert_close(gradient, wanted, rtol=0, atol=1e-11)


@settings(max_examples=25, deadline=None)
@given(
    grid=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    images=st.integers(1, 3),
    cls_token=st.booleans(),
    size=st.sampled_from(SIZES),
)
def test_a_table_is_textbook_attention(grid: Grid, images: int, cls_token: bool, size: int) -> None:
    tokens = grid[0] * grid[1] + cls_token
    q, k, v, table = leaves(
        *[(images, 3, tokens, 5)] * 3, (table_rows(grid, cls_token=cls_token), 3)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "SCORES", size)
        out = chunked_attention(q, k, v, table_bias(table, grid, grid, cls_token=cls_token))
        compare(out, textbook(q, k, v, textbook_table(table, grid, cls_token)), [q, k, v, table])


@settings(max_examples=25, deadline=None)
@given(
    grid=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    images=st.integers(1, 3),
    size=st.sampled_from(SIZES),
)
def test_decomposed_position_is_textbook_attention(grid: Grid, images: int, size: int) -> None:
    tokens = grid[0] * grid[1]
    q, k, v, rel_h, rel_w = leaves(
        *[(images, 3, tokens, 5)] * 3, (2 * grid[0] - 1, 5), (2 * grid[1] - 1, 5)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "SCORES", size)
        out = chunked_attention(q, k, v, decomposed_bias(q, rel_h, rel_w, grid))
        expected = textbook(q, k, v, textbook_decomposed(q, rel_h, rel_w, grid))
        compare(out, expected, [q, k, v, rel_h, rel_w])


def test_gradients_against_finite_differences() -> None:
    torch.manual_seed(0)
    q, k, v, strips, cls = leaves(*[(2, 2, 7, 3)] * 3, (2, 3, 3, 3), (3, 2))
    assert torch.autograd.gradcheck(
        lambda *x: chunked_attention(*x[:3], TableBias(*x[3:])), (q, k, v, strips, cls)
    )
    q, k, v, rows, columns = leaves(*[(2, 2, 6, 3)] * 3, (2, 2, 6, 2), (2, 2, 6, 3))
    assert torch.autograd.gradcheck(
        lambda *x: chunked_attention(*x[:3], DecomposedBias(*x[3:])), (q, k, v, rows, columns)
    )


@settings(max_examples=50, deadline=None)
@given(
    images=st.integers(1, 5),
    heads=st.integers(1, 4),
    grid=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    size=st.integers(1, 600),
    cls_token=st.booleans(),
)
def test_every_query_is_in_one_chunk(
    images: int, heads: int, grid: Grid, size: int, cls_token: bool
) -> None:
    tokens = grid[0] * grid[1] + cls_token
    table = torch.zeros(table_rows(grid, cls_token=cls_token), heads)
    bias = table_bias(table, grid, grid, cls_token=cls_token)
    seen = torch.zeros(images, heads, tokens)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunked, "SCORES", size)
        for chunk in chunks(images, heads, tokens, bias):
            seen[chunk.images, chunk.heads, chunk.queries(grid[1], bias.prefix)] += 1
    assert (seen == 1).all()


def test_the_bias_is_not_rounded_to_bfloat16_inside_autocast() -> None:
    torch.manual_seed(0)
    grid, h = (8, 8), 2
    q, k, v = torch.randn(3, 2, h, 65, 16).bfloat16()
    table = 8 * torch.randn(table_rows(grid, cls_token=True), h)
    bias = table_bias(table, grid, grid, cls_token=True)
    expected = textbook(q.double(), k.double(), v.double(), bias.dense().double())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = chunked_attention(q, k, v, bias)
    assert out.dtype == torch.bfloat16
    error = (out.double() - expected).norm() / expected.norm()
    assert error < 0.003  # 0.006 with a rounded bias


def test_gradients_in_bfloat16_are_those_of_float64_up_to_rounding() -> None:
    torch.manual_seed(0)
    grid, h = (8, 8), 2
    tensors = [x.bfloat16() for x in torch.randn(3, 2, h, 65, 16)]
    table = torch.randn(table_rows(grid, cls_token=True), h)
    gradients = []
    for dtype in (torch.bfloat16, torch.float64):
        q, k, v = (x.detach().to(dtype).requires_grad_() for x in tensors)
        t = table.detach().to(torch.promote_types(dtype, torch.float32)).requires_grad_()
        bias = table_bias(t, grid, grid, cls_token=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            out = chunked_attention(q, k, v, bias)
            out.double().square().sum().backward()
        gradients.append([x.grad for x in (q, k, v, t)])
        assert [g.dtype for g in gradients[-1]] == [dtype, dtype, dtype, t.dtype]
    for gradient, wanted in zip(*gradients, strict=True):
        error = (gradient.double() - wanted).norm() / wanted.norm()
        assert error < 0.01
