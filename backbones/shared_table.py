"""The relative-position table that several blocks share."""

import torch
from torch import nn

from backbones.relative_position import TableBias, table_bias, table_rows

Grid = tuple[int, int]


class SharedTable(nn.Module):
    """One relative-position table for all blocks of a kind (Li et al., section 2.2)."""

    def __init__(self, window: Grid, num_heads: int, *, cls_token: bool) -> None:
        super().__init__()
        self.window = window
        self.cls_token = cls_token
        rows = table_rows(window, cls_token=cls_token)
        self.relative_position_bias_table = nn.Parameter(torch.zeros(rows, num_heads))

    def forward(self, grid: Grid) -> TableBias:
        """The bias for tokens on `grid`."""
        table = self.relative_position_bias_table
        return table_bias(table, self.window, grid, cls_token=self.cls_token)
