"""Options of a ViT that do not go together are named before anything is built."""

from typing import Any

import pytest
import torch

from backbones import PlainViT
from backbones.options import grid_of, in_range


def test_grids_and_blocks() -> None:
    assert grid_of(224, 16) == (14, 14)
    assert grid_of((48, 32), 8) == (6, 4)
    assert in_range((-1, 0, -12, 3), 12, "out_indices") == (11, 0, 0, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(arch="giant"), "arch must be one of tiny, small, base, large, huge"),
        (dict(arch=None, embed_dims=48), "embed_dims, depth and num_heads are all needed"),
        (dict(embed_dims=100), "width 100 does not split into 12 heads"),
        (dict(img_size=225), r"img_size \(225, 225\) is not a multiple of patch size 16"),
        (dict(window_size=14), "no place for a class token"),
        (dict(rel_pos="decomposed"), "no place for a class token"),
        (dict(rel_pos="alibi"), "rel_pos must be one of"),
        (dict(act="relu"), r"act must be one of \['gelu', 'quick-gelu'\], got 'relu'"),
        (dict(num_registers=4, rel_pos="table"), "4 registers have no place in windows or rel"),
        (dict(num_registers=4, window_size=14, cls_token=False), "4 registers have no place"),
        (dict(global_blocks=(2,)), "global_blocks is given without window_size"),
        (dict(out_indices=(12,)), r"out_indices \(12,\) does not fit a ViT of 12 blocks"),
        (dict(global_blocks=(-13,)), r"global_blocks \(-13,\) does not fit"),
        (dict(frozen_blocks=13), "frozen_blocks 13 not within 0…12"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], message: str) -> None:
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        PlainViT(**{"arch": "base", **options})
