"""The plain vision transformer that every method here pretrains and every task here starts from.

https://arxiv.org/abs/2010.11929, with what dense prediction adds: windowed attention with a few
global blocks and relative position (https://arxiv.org/abs/2203.16527, 2111.11429), any input size,
several output depths. Parameters carry timm's names.

Shapes: N images, L = gh * gw patches, T = prefix + L tokens, D width, p patch side.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from timm.layers import PatchEmbed
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from backbones.block import Block
from backbones.kept_patches import pixels_of
from backbones.options import Grid, check_options, grid_of, in_range
from backbones.positions import resize_positions
from backbones.relative_position import TableBias
from backbones.shared_table import SharedTable
from backbones.sizes import resolve_size


@MODELS.register_module()
class PlainViT(BaseModule):
    """A plain ViT, as MAE encoder, classifier trunk, and mmdet / mmseg backbone.

    Args:
        arch: tiny, small, base, large, huge (patch 14), or None with explicit numbers; each number
            given beside a preset overrides it.
        img_size: pixels (side or (height, width)) that absolute and global relative positions are
            stored for. Inputs of other sizes work: positions are resized on the way.
        out_indices: 0-based blocks whose output is returned, negative counts from the end.
        window_size: side of the attention windows in patches; 0 attends globally everywhere.
        global_blocks: blocks that attend over the whole image where `window_size` is set.
        rel_pos: None, 'decomposed' (ViTDet), 'table' (one a block, as BEiT and MAE's UperNet), or
            'shared-table' (one for windowed and one for global blocks, as Li et al.).
        cls_token: keep the class token. Windowed and decomposed attention have none.
        num_registers: further tokens without a place in the picture (DINOv2's registers), after the
            class token.
        act: 'gelu', or 'quick-gelu' (OpenAI's CLIP).
        pre_norm: a LayerNorm before the blocks (CLIP).
        norm_eps: epsilon of every LayerNorm.
        patch_bias: a bias on the patch projection (CLIP has none).
        final_norm: build the encoder's last LayerNorm and apply it to the last block's output.
        drop_path_rate: stochastic depth, rising linearly from 0 to this over the blocks.
        layer_scale: initial LayerScale value, None for no LayerScale.
        with_cp: recompute block activations in the backward pass (slower, much less memory).
        frozen_blocks: freeze the embedding and this many first blocks.
        init_cfg: e.g. `dict(type='ViTCheckpoint', checkpoint=PATH_OR_URL)`.

    Raises:
        ValueError: for options that do not go together, naming them.
    """

    def __init__(
        self,
        arch: str | None = "base",
        *,
        img_size: int | tuple[int, int] = 224,
        patch_size: int | None = None,
        embed_dims: int | None = None,
        depth: int | None = None,
        num_heads: int | None = None,
        mlp_ratio: float = 4.0,
        out_indices: int | Sequence[int] = (-1,),
        window_size: int = 0,
        global_blocks: Sequence[int] = (),
        rel_pos: Literal["decomposed", "table", "shared-table"] | None = None,
        abs_pos: bool = True,
        cls_token: bool = True,
        num_registers: int = 0,
        act: Literal["gelu", "quick-gelu"] = "gelu",
        pre_norm: bool = False,
        norm_eps: float = 1e-6,
        patch_bias: bool = True,
        final_norm: bool = True,
        drop_path_rate: float = 0.0,
        layer_scale: float | None = None,
        with_cp: bool = False,
        frozen_blocks: int = 0,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        size = resolve_size(arch, embed_dims, depth, num_heads, patch_size)
        self.arch = arch
        self.embed_dims, self.depth, self.num_heads = size.embed_dims, size.depth, size.num_heads
        self.patch_size = size.patch_size
        self.grid = grid_of(img_size, size.patch_size)
        self.num_patches = math.prod(self.grid)
        self.window_size = window_size
        self.global_blocks = frozenset(in_range(global_blocks, size.depth, "global_blocks"))
        indices = [out_indices] if isinstance(out_indices, int) else out_indices
        self.out_indices = in_range(indices, size.depth, "out_indices")
        self.has_cls = cls_token
        self.prefix = int(cls_token) + num_registers  # tokens before the patches
        self.act, self.norm_eps = act, norm_eps
        self.with_cp = with_cp
        self.frozen_blocks = frozen_blocks
        check_options(
            rel_pos=rel_pos,
            act=act,
            cls_token=cls_token,
            num_registers=num_registers,
            window_size=window_size,
            global_blocks=self.global_blocks,
            frozen_blocks=frozen_blocks,
            depth=size.depth,
        )

        self.patch_embed = PatchEmbed(
            img_size=None,
            patch_size=size.patch_size,
            embed_dim=size.embed_dims,
            flatten=False,
            bias=patch_bias,
            strict_img_size=False,
            dynamic_img_pad=True,
        )
        if cls_token:
            self.cls_token = nn.Parameter(torch.zeros(1, 1, size.embed_dims))
        if num_registers:
            self.reg_token = nn.Parameter(torch.zeros(1, num_registers, size.embed_dims))
        if abs_pos:
            tokens = int(cls_token) + self.num_patches
            self.pos_embed = nn.Parameter(torch.zeros(1, tokens, size.embed_dims))
        self.has_abs_pos = abs_pos
        shared = rel_pos == "shared-table"
        if shared and window_size:
            window = (window_size, window_size)
            self.rel_pos_window = SharedTable(window, size.num_heads, cls_token=False)
        if shared and (not window_size or self.global_blocks):
            self.rel_pos_global = SharedTable(self.grid, size.num_heads, cls_token=cls_token)
        drop_path = torch.linspace(0, drop_path_rate, size.depth, device="cpu").tolist()
        self.blocks = nn.ModuleList(
            Block(
                size.embed_dims,
                size.num_heads,
                mlp_ratio=mlp_ratio,
                drop_path=drop_path[i],
                layer_scale=layer_scale,
                window_size=self.window_of(i),
                rel_pos=None if rel_pos == "shared-table" else rel_pos,
                rel_pos_grid=(window_size, window_size) if self.window_of(i) else self.grid,
                cls_token=cls_token,
                act=act,
                norm_eps=norm_eps,
            )
            for i in range(size.depth)
        )
        self.norm_pre = nn.LayerNorm(size.embed_dims, eps=norm_eps) if pre_norm else nn.Identity()
        self.norm = nn.LayerNorm(size.embed_dims, eps=norm_eps) if final_norm else nn.Identity()
        self.reset_parameters()
        self.freeze()

    def window_of(self, block: int) -> int:
        return 0 if block in self.global_blocks else self.window_size

    def reset_parameters(self) -> None:
        """BEiT's initialisation: truncated normal .02, block outputs shrunk with depth.

        This is also the random-initialisation baseline of Li et al. (section 4.2).
        """

        def draw(tensor: Tensor) -> None:
            nn.init.trunc_normal_(tensor, std=0.02, a=-0.02, b=0.02)

        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                draw(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        if self.has_cls:
            draw(self.cls_token)
        if "reg_token" in self._parameters:
            draw(self.reg_token)
        if self.has_abs_pos:
            draw(self.pos_embed)
        with torch.no_grad():
            for name, weight in self.blocks.named_parameters():
                if name.endswith(("attn.proj.weight", "mlp.fc2.weight")):
                    weight.div_(math.sqrt(2 * (int(name.split(".")[0]) + 1)))

    def freeze(self) -> None:
        if not self.frozen_blocks:
            return
        frozen: list[nn.Module] = [
            self.patch_embed,
            self.norm_pre,
            *self.blocks[: self.frozen_blocks],
        ]
        for module in frozen:
            module.eval().requires_grad_(False)
        for name in ("cls_token", "reg_token", "pos_embed"):
            if name in self._parameters:
                self.get_parameter(name).requires_grad_(False)

    def train(self, mode: bool = True) -> "PlainViT":
        super().train(mode)
        for block in self.blocks[: self.frozen_blocks]:
            block.eval()  # no stochastic depth where nothing learns
        return self

    def project(self, images: Tensor) -> tuple[Tensor, Grid]:
        """Images `[N, 3, H, W]` to patch tokens `[N, L, D]` without positions, and their grid.

        Sides that are no multiple of the patch are zero-padded at the bottom and right.
        """
        x = self.patch_embed(images)  # [N, D, gh, gw]
        return x.flatten(2).transpose(1, 2), (x.shape[2], x.shape[3])

    def locate(self, tokens: Tensor, grid: Grid) -> Tensor:
        """Add the absolute positions, resized to `grid`, to patch tokens `[N, L, D]`."""
        if not self.has_abs_pos:
            return tokens
        cls = int(self.has_cls)
        positions = resize_positions(self.pos_embed, self.grid, grid, prefix=cls)
        return tokens + positions[:, cls:]

    def embed(self, images: Tensor) -> tuple[Tensor, Grid]:
        """Patch tokens `[N, L, D]` with positions, and their grid."""
        tokens, grid = self.project(images)
        return self.locate(tokens, grid), grid

    def embed_some(self, images: Tensor, index: Tensor) -> Tensor:
        """Patch tokens `[N, K, D]` with positions, of the patches at `index` `[N, K]` alone.

        Equal to picking them from `embed`; ValueError for pictures of another grid than `index`'s.
        """
        chosen = pixels_of(images, index, patch=self.patch_size, grid=self.grid)  # [N, K, 3 p p]
        layer = self.patch_embed.proj
        tokens = F.linear(chosen, layer.weight.flatten(1), layer.bias)
        if not self.has_abs_pos:
            return tokens
        return tokens + self.pos_embed[0, int(self.has_cls) :][index]

    def with_prefix(self, tokens: Tensor) -> Tensor:
        """Prepend class token, its position, and registers: `[N, T, D]` to `[N, prefix + T, D]`."""
        before: list[Tensor] = []
        if self.has_cls:
            cls = self.cls_token
            before.append(cls + self.pos_embed[:, :1] if self.has_abs_pos else cls)
        if "reg_token" in self._parameters:
            before.append(self.reg_token)
        if not before:
            return tokens
        return torch.cat([*(x.expand(len(tokens), -1, -1) for x in before), tokens], dim=1)

    def run_blocks(self, x: Tensor, grid: Grid | None) -> Iterator[Tensor]:
        """Each block's output `[N, T, D]`, the last one normalised where `final_norm` is on."""
        biases = self.shared_biases(grid)
        x = self.norm_pre(x)
        for i, block in enumerate(self.blocks):
            bias = biases.get("window" if self.window_of(i) else "global")
            if self.with_cp and self.training and x.requires_grad:
                x = checkpoint(block, x, grid, bias, use_reentrant=False)
            else:
                x = block(x, grid, bias)
            yield self.norm(x) if i == self.depth - 1 else x

    def shared_biases(self, grid: Grid | None) -> dict[str, TableBias]:
        """The shared relative-position biases, computed once for all blocks."""
        biases = {}
        if "rel_pos_window" in self._modules:
            biases["window"] = self.rel_pos_window((self.window_size, self.window_size))
        if "rel_pos_global" in self._modules:
            if grid is None:
                raise ValueError("relative position needs the grid the tokens lie on")
            biases["global"] = self.rel_pos_global(grid)
        return biases

    def encode(self, tokens: Tensor, grid: Grid | None = None) -> Tensor:
        """Blocks and final norm over any tokens, `[N, T, D]` to `[N, T, D]`.

        `grid` is needed only for windows and relative position, i.e. never for a subset.
        """
        for x in self.run_blocks(tokens, grid):
            tokens = x
        return tokens

    def features(self, images: Tensor) -> Tensor:
        """All tokens after the final norm, `[N, prefix + L, D]`, class token first."""
        x, grid = self.embed(images)
        return self.encode(self.with_prefix(x), grid)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Images `[N, 3, H, W]` to one map `[N, D, ceil(H / p), ceil(W / p)]` per out index."""
        x, grid = self.embed(images)
        maps = {}
        for i, tokens in enumerate(self.run_blocks(self.with_prefix(x), grid)):
            if i in self.out_indices:
                maps[i] = tokens[:, self.prefix :].transpose(1, 2).unflatten(2, grid).contiguous()
        return tuple(maps[i] for i in self.out_indices)
