"""Pyramids: strides, channels, and the ops of each level."""

import pytest
import torch
from torch import nn

from backbones import MultiLevelPyramid, SimpleFeaturePyramid


@pytest.mark.parametrize("norm", ["GN", "BN", "LN"])
def test_multi_level_rescales_four_depths(norm: str) -> None:
    neck = MultiLevelPyramid(32, norm=norm)
    maps = [torch.randn(2, 32, 6, 5) for _ in range(4)]
    shapes = [tuple(out.shape) for out in neck(maps)]
    assert shapes == [(2, 32, 24, 20), (2, 32, 12, 10), (2, 32, 6, 5), (2, 32, 3, 3)]


def test_multi_level_uses_each_depth_for_its_level() -> None:
    neck = MultiLevelPyramid(32)
    maps = [torch.randn(1, 32, 4, 4, requires_grad=True) for _ in range(4)]
    for level, out in enumerate(neck(maps)):
        grads = torch.autograd.grad(out.sum(), maps, allow_unused=True)
        assert [g is not None for g in grads] == [i == level for i in range(4)]


def test_multi_level_modules_are_the_papers() -> None:
    four, two, one, half = MultiLevelPyramid(64, norm="GN").levels
    assert [type(m) for m in four] == [
        nn.ConvTranspose2d, nn.GroupNorm, nn.GELU, nn.ConvTranspose2d,
    ]  # fmt: skip
    assert four[1].num_groups == 32
    assert isinstance(two, nn.ConvTranspose2d)
    assert isinstance(one, nn.Identity)
    assert isinstance(half, nn.MaxPool2d)


def test_simple_pyramid_makes_all_levels_from_the_last_map() -> None:
    neck = SimpleFeaturePyramid(32, out_channels=8, num_outs=5)
    outs = neck([torch.full((1, 32, 8, 8), float("nan")), torch.randn(1, 32, 8, 8)])
    sizes = [32, 16, 8, 4, 2]
    assert [tuple(out.shape) for out in outs] == [(1, 8, size, size) for size in sizes]
    assert all(out.isfinite().all() for out in outs)


def test_simple_pyramid_halves_channels_at_each_deconvolution() -> None:
    four = SimpleFeaturePyramid(64).levels[0]
    assert (four[0].in_channels, four[0].out_channels, four[3].out_channels) == (64, 32, 16)


def test_simple_pyramid_of_vit_b_has_the_reference_number_of_parameters() -> None:
    """deconvs 768→384→192, 768→384; 1x1 and 3x3 convolutions without bias; LN pairs, by hand."""
    deconvs = (768 * 384 * 4 + 384) + 2 * 384 + (384 * 192 * 4 + 192) + (768 * 384 * 4 + 384)
    outs = sum(width * 256 + 2 * 256 + 256 * 256 * 9 + 2 * 256 for width in (192, 384, 768, 768))
    with torch.device("meta"):
        neck = SimpleFeaturePyramid(768)
    assert sum(p.numel() for p in neck.parameters()) == deconvs + outs


def test_clear_errors() -> None:
    with pytest.raises(ValueError, match=r"rescales are out of 4, 2, 1, 0.5; got \[3\]"):
        MultiLevelPyramid(32, rescales=(3,))
    with pytest.raises(ValueError, match="2 maps for 4 levels; set the backbone's out_indices"):
        MultiLevelPyramid(32)([torch.zeros(1, 32, 2, 2)] * 2)
    with pytest.raises(ValueError, match="norm must be one of BN, SyncBN, GN, LN, got 'XN'"):
        MultiLevelPyramid(32, norm="XN")
    with pytest.raises(ValueError, match="num_outs=3"):
        SimpleFeaturePyramid(32, num_outs=3)
