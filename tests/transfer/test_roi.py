"""Regions are cut out of maps of any strides, as torchvision's RoIAlign cuts them."""

import pytest
import torch
from torch import Tensor
from torchvision.ops import roi_align

from backbones import SimpleFeaturePyramid
from transfer.roi import Float32RoIExtractor

REGIONS = torch.tensor([[0, 1, 2, 40, 30], [1, 5, 5, 60, 50], [1, 0, 9, 33, 63]])


def extractor(strides: list[int]) -> Float32RoIExtractor:
    layer = dict(type="RoIAlign", output_size=7, sampling_ratio=0)
    return Float32RoIExtractor(layer, out_channels=8, featmap_strides=strides)


def expected(x: Tensor, stride: int) -> Tensor:
    return roi_align(x.contiguous(), REGIONS.float(), 7, 1 / stride, aligned=True)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_features_and_gradients_are_torchvisions(layout: torch.memory_format) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 8, 16, 16, generator=generator).contiguous(memory_format=layout)
    found, plain = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours, theirs = extractor([4])([found], REGIONS), expected(plain, 4)
    torch.testing.assert_close(ours, theirs)
    direction = torch.randn(ours.shape, generator=generator)
    (ours * direction).sum().backward()
    (theirs * direction).sum().backward()
    torch.testing.assert_close(found.grad, plain.grad)


def test_vitdets_pyramid_is_cut_where_its_maps_say() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        maps = SimpleFeaturePyramid(16, out_channels=8)([torch.randn(2, 16, 4, 4)])
        assert not maps[0].is_contiguous()  # else this proves nothing
        torch.testing.assert_close(extractor([4])(maps[:1], REGIONS), expected(maps[0], 4))
