"""Which options of a ViT go together, told before anything is built."""

from collections.abc import Collection, Sequence

from backbones.block import ACTIVATIONS

Grid = tuple[int, int]
REL_POS = (None, "decomposed", "table", "shared-table")


def check_options(
    *,
    rel_pos: str | None,
    act: str,
    cls_token: bool,
    num_registers: int,
    window_size: int,
    global_blocks: Collection[int],
    frozen_blocks: int,
    depth: int,
) -> None:
    """Raises ValueError for options that do not go together, naming them."""
    if rel_pos not in REL_POS:
        raise ValueError(f"rel_pos must be one of {REL_POS}, got {rel_pos!r}")
    if act not in ACTIVATIONS:
        raise ValueError(f"act must be one of {sorted(ACTIVATIONS)}, got {act!r}")
    if num_registers and (rel_pos or window_size):
        raise ValueError(
            f"{num_registers} registers have no place in windows or relative position; set "
            "num_registers=0 (init_cfg.registers='drop')"
        )
    if cls_token and (window_size or rel_pos == "decomposed"):
        raise ValueError(
            f"window_size={window_size} and rel_pos={rel_pos!r} have no place for a class token; "
            "set cls_token=False (its position row is then dropped on loading)"
        )
    if global_blocks and not window_size:
        raise ValueError("global_blocks is given without window_size: all blocks are global")
    if not 0 <= frozen_blocks <= depth:
        raise ValueError(f"frozen_blocks {frozen_blocks} not within 0…{depth}")


def grid_of(img_size: int | Sequence[int], patch: int) -> Grid:
    """Patches down and across; raises ValueError where they do not fill the picture."""
    height, width = (img_size, img_size) if isinstance(img_size, int) else img_size
    if height % patch or width % patch:
        raise ValueError(f"img_size {(height, width)} is not a multiple of patch size {patch}")
    return height // patch, width // patch


def in_range(indices: Sequence[int], depth: int, name: str) -> tuple[int, ...]:
    """Blocks counted from the front; raises ValueError for one that there is not."""
    for index in indices:
        if not -depth <= index < depth:
            raise ValueError(f"{name} {tuple(indices)} does not fit a ViT of {depth} blocks")
    return tuple(index % depth for index in indices)
