"""Relative-position biases against a loop over pairs, and mmseg's backbone at 512 pixels."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmseg.models.backbones import MAE
from torch.testing import assert_close

from backbones import PlainViT
from backbones.relative_position import (
    Bias,
    Chunk,
    decomposed_bias,
    resize_table,
    table_bias,
    table_rows,
)
from transfer.benchmark.references import copy_weights, mmseg_mae, mmseg_name


def written(bias: Bias, heads: int) -> torch.Tensor:
    """The bias of all queries `[1, h, T, T]`, as the attention writes it."""
    gh, gw = bias.grid
    tokens = bias.prefix + gh * gw
    whole = torch.empty(1, heads, tokens, tokens, dtype=torch.float64)
    bias.write(Chunk(slice(0, 1), slice(0, heads), range(gh)), whole)
    return whole


@settings(max_examples=20, deadline=None)
@given(gh=st.integers(1, 5), gw=st.integers(1, 5))
def test_table_bias_looks_up_each_offset(gh: int, gw: int) -> None:
    heads = 2
    table = torch.randn(table_rows((gh, gw), cls_token=False), heads)
    bias = table_bias(table, (gh, gw), (gh, gw), cls_token=False).dense()[0]
    cells = [(y, x) for y in range(gh) for x in range(gw)]
    for i, (yi, xi) in enumerate(cells):
        for j, (yj, xj) in enumerate(cells):
            row = (yi - yj + gh - 1) * (2 * gw - 1) + xi - xj + gw - 1
            assert bias[:, i, j].tolist() == table[row].tolist()


def test_class_token_has_three_rows_of_its_own() -> None:
    table = torch.arange(float(table_rows((2, 3), cls_token=True)))[:, None]
    bias = table_bias(table, (2, 3), (2, 3), cls_token=True).dense()[0, 0]
    to_patches, from_patches, itself = table[-3:, 0].tolist()
    assert set(bias[0, 1:].tolist()) == {to_patches}
    assert set(bias[1:, 0].tolist()) == {from_patches}
    assert bias[0, 0] == itself


@settings(max_examples=20, deadline=None)
@given(gh=st.integers(1, 5), gw=st.integers(1, 5), cls_token=st.booleans())
def test_the_bias_is_the_same_whole_and_written_row_by_row(
    gh: int, gw: int, cls_token: bool
) -> None:
    table = torch.randn(table_rows((gh, gw), cls_token=cls_token), 3, dtype=torch.float64)
    bias = table_bias(table, (gh, gw), (gh, gw), cls_token=cls_token)
    assert_close(written(bias, 3), bias.dense(), rtol=0, atol=0)


@settings(max_examples=20, deadline=None)
@given(gh=st.integers(1, 4), gw=st.integers(1, 4))
def test_decomposed_bias_is_query_times_offset_vectors(gh: int, gw: int) -> None:
    q = torch.randn(1, 2, gh * gw, 3, dtype=torch.float64)
    rel_h = torch.randn(2 * gh - 1, 3, dtype=torch.float64)
    rel_w = torch.randn(2 * gw - 1, 3, dtype=torch.float64)
    bias = written(decomposed_bias(q, rel_h, rel_w, (gh, gw)), 2)
    for i in range(gh * gw):
        for j in range(gh * gw):
            dy, dx = i // gw - j // gw, i % gw - j % gw
            expected = q[0, :, i] @ (rel_h[dy + gh - 1] + rel_w[dx + gw - 1])
            assert_close(bias[0, :, i, j], expected)


def test_resizing_a_table_to_its_own_size_changes_nothing() -> None:
    table = torch.randn(table_rows((4, 4), cls_token=True), 3)
    assert_close(resize_table(table, (4, 4), (4, 4), extra=3), table, rtol=0, atol=1e-6)


def test_resizing_keeps_the_class_token_rows_and_the_symmetry() -> None:
    table = torch.randn(table_rows((3, 3), cls_token=True), 2)
    resized = resize_table(table, (3, 3), (6, 4), extra=3)
    assert len(resized) == table_rows((6, 4), cls_token=True)
    assert_close(resized[-3:], table[-3:])
    image = table[:-3].flip(0)  # offsets negated
    mirrored = resize_table(torch.cat([image, table[-3:]]), (3, 3), (6, 4), extra=3)
    assert_close(mirrored[:-3], resized[:-3].flip(0), rtol=0, atol=1e-5)


def mae_pair(size: tuple[int, int]) -> tuple[PlainViT, MAE]:
    """The same weights, noise in every one of them, tables included."""
    torch.manual_seed(0)
    ours = PlainViT(
        None, img_size=size, patch_size=16, embed_dims=48, depth=2, num_heads=3,
        out_indices=(0, 1), rel_pos="table", layer_scale=1.0, final_norm=False,
    ).double()  # fmt: skip
    for parameter in ours.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    reference = mmseg_mae(ours).double()
    copy_weights(ours, reference)
    ours.eval(), reference.eval()
    return ours, reference


@pytest.mark.parametrize("size", [(512, 512), (96, 160)])
def test_per_block_tables_equal_mmsegs_mae_backbone(size: tuple[int, int]) -> None:
    ours, reference = mae_pair(size)
    images = torch.randn(1, 3, *size, dtype=torch.float64)
    with torch.no_grad():
        for out, expected in zip(ours(images), reference(images), strict=True):
            assert_close(out, expected, rtol=0, atol=1e-10)


def test_every_gradient_equals_that_of_mmsegs_mae_backbone() -> None:
    ours, reference = mae_pair((96, 160))
    images = torch.randn(2, 3, 96, 160, dtype=torch.float64)
    for model in (ours, reference):
        sum(out.square().mean() for out in model(images)).backward()
    gradients = {mmseg_name(name): p.grad for name, p in reference.named_parameters()}
    assert gradients.keys() == dict(ours.named_parameters()).keys()
    for name, parameter in ours.named_parameters():
        grad = gradients[name].reshape(parameter.shape)
        assert_close(parameter.grad, grad, rtol=1e-8, atol=1e-10, msg=name)


def test_training_may_follow_inference() -> None:
    """The index is kept between calls; one made under inference mode could not be trained with."""
    model = PlainViT(None, img_size=40, patch_size=8, embed_dims=48, depth=1, num_heads=3,
                     rel_pos="table")  # fmt: skip
    images = torch.randn(1, 3, 40, 56)
    with torch.inference_mode():
        model(images)
    model(images)[0].sum().backward()
    assert model.blocks[0].attn.relative_position_bias_table.grad.abs().sum() > 0
