"""Attention's ways of meeting a bias all give textbook attention; windows attend as if cut out."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from backbones.attention import Attention, augmented_attention
from backbones.chunked import chunked_attention
from backbones.relative_position import decomposed_bias, table_bias, table_rows


def noisy(**options: Any) -> Attention:
    torch.manual_seed(0)
    attention = Attention(12, 3, **options).double()
    for parameter in attention.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return attention


@settings(max_examples=20, deadline=None)
@given(gh=st.integers(1, 5), gw=st.integers(1, 5))
def test_a_longer_dot_product_equals_chunks_with_every_gradient(gh: int, gw: int) -> None:
    tensors = [torch.randn(2, 3, gh * gw, 8, dtype=torch.float64) for _ in range(3)]
    tensors += [torch.randn(2 * side - 1, 8, dtype=torch.float64) for side in (gh, gw)]
    inputs = [x.requires_grad_() for x in tensors]
    q, k, v, rel_h, rel_w = inputs
    results = []
    for way in (augmented_attention, chunked_attention):
        out = way(q, k, v, decomposed_bias(q, rel_h, rel_w, (gh, gw)))
        results.append((out, *torch.autograd.grad(out.sin().sum(), inputs)))
    for found, wanted in zip(*results, strict=True):
        assert_close(found, wanted, rtol=0, atol=1e-11)


def test_a_longer_dot_product_in_bfloat16_pads_the_values_and_cuts_them_again() -> None:
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 1, 2, 12, 8).bfloat16()
    bias = decomposed_bias(q, torch.randn(5, 8), torch.randn(7, 8), (3, 4))
    out = augmented_attention(q, k, v, bias)
    assert out.shape == v.shape
    expected = chunked_attention(q.double(), k.double(), v.double(), bias)
    assert_close(out.double(), expected, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("cls_token", [False, True])
def test_a_table_as_mask_equals_chunks_with_every_gradient(cls_token: bool) -> None:
    torch.manual_seed(0)
    grid = (3, 4)
    q, k, v = torch.randn(3, 2, 3, 12 + cls_token, 8, dtype=torch.float64)
    table = torch.randn(table_rows(grid, cls_token=cls_token), 3, dtype=torch.float64)
    inputs = [x.clone().requires_grad_() for x in (q, k, v, table)]
    results = []
    for whole in (True, False):
        bias = table_bias(inputs[3], grid, grid, cls_token=cls_token)
        if whole:
            scores = inputs[0] @ inputs[1].transpose(2, 3) / 8**0.5 + bias.dense()
            out = scores.softmax(-1) @ inputs[2]
        else:
            out = chunked_attention(*inputs[:3], bias)
        results.append((out, *torch.autograd.grad(out.sin().sum(), inputs)))
    for found, wanted in zip(*results, strict=True):
        assert_close(found, wanted, rtol=0, atol=1e-11)


@pytest.mark.parametrize("rel_pos", ["table", "decomposed"])
def test_on_a_cpu_a_bias_is_met_in_chunks(rel_pos: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other ways need the memory of all scores, or have no gradient there."""
    chunks: list[Tensor] = []

    def recorded(*inputs: Any) -> Tensor:
        chunks.append(chunked_attention(*inputs))
        return chunks[-1]

    monkeypatch.setattr("backbones.attention.chunked_attention", recorded)
    noisy(rel_pos=rel_pos, window=(2, 3))(torch.randn(1, 6, 12, dtype=torch.float64), (2, 3))
    assert len(chunks) == 1
    noisy()(torch.randn(1, 6, 12, dtype=torch.float64))  # without a bias there is a kernel
    assert len(chunks) == 1


def cut(x: Tensor, side: int) -> list[tuple[slice, slice]]:
    """The windows of a `[gh, gw, D]` picture."""
    return [
        (slice(y, y + side), slice(x_, x_ + side))
        for y in range(0, x.shape[0], side)
        for x_ in range(0, x.shape[1], side)
    ]


@pytest.mark.parametrize("rel_pos", [None, "table", "decomposed"])
@pytest.mark.parametrize("grid", [(4, 4), (5, 7), (3, 2)])
def test_windows_attend_as_zero_padded_pieces(rel_pos: Any, grid: tuple[int, int]) -> None:
    """Padding is zero before the projection, so padded keys and values are its bias: ViTDet."""
    side = 4
    attention = noisy(rel_pos=rel_pos, window=(side, side))
    x = torch.randn(2, *grid, 12, dtype=torch.float64)
    out = attention(x.flatten(1, 2), grid, window_size=side).unflatten(1, grid)
    for picture, found in zip(x, out, strict=True):
        for rows, columns in cut(picture, side):
            inside = picture[rows, columns]
            piece = picture.new_zeros(side, side, 12)
            piece[: inside.shape[0], : inside.shape[1]] = inside
            expected = attention(piece.flatten(0, 1)[None], (side, side)).unflatten(1, (side, -1))
            expected = expected[0, : inside.shape[0], : inside.shape[1]]
            assert_close(found[rows, columns], expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("options", [dict(rel_pos="table"), dict(rel_pos="decomposed")])
def test_relative_position_needs_the_grid(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="need the grid the tokens lie on"):
        noisy(**options)(torch.zeros(1, 4, 12, dtype=torch.float64))
    with pytest.raises(ValueError, match="need the grid the tokens lie on"):
        noisy()(torch.zeros(1, 4, 12, dtype=torch.float64), window_size=2)


def test_a_compiled_model_still_runs_it() -> None:
    attention = noisy(rel_pos="table", window=(2, 3))
    x = torch.randn(1, 6, 12, dtype=torch.float64)
    compiled = torch.compile(attention, backend="eager")
    assert_close(compiled(x, (2, 3)), attention(x, (2, 3)), rtol=0, atol=1e-12)
    compiled(x, (2, 3)).sum().backward()
    assert attention.relative_position_bias_table.grad.any()
