"""The published plain-ViT sizes (arXiv 2010.11929, Table 1; tiny and small from DeiT)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    embed_dims: int
    depth: int
    num_heads: int
    patch_size: int = 16


SIZES = {
    "tiny": Size(192, 12, 3),
    "small": Size(384, 12, 6),
    "base": Size(768, 12, 12),
    "large": Size(1024, 24, 16),
    "huge": Size(1280, 32, 16, patch_size=14),
}


def resolve_size(
    arch: str | None,
    embed_dims: int | None,
    depth: int | None,
    num_heads: int | None,
    patch_size: int | None,
) -> Size:
    """A preset with single values overridden, or four explicit numbers (patch size 16 by default).

    Raises:
        ValueError: for an unknown preset, for missing numbers without a preset, and where the
            width does not split into the heads.
    """
    if arch is None:
        if embed_dims is None or depth is None or num_heads is None:
            raise ValueError(
                f"without a preset, embed_dims, depth and num_heads are all needed, got "
                f"{embed_dims}, {depth}, {num_heads}; or give arch={'|'.join(SIZES)}"
            )
        size = Size(embed_dims, depth, num_heads, patch_size or 16)
    elif arch in SIZES:
        preset = SIZES[arch]
        size = Size(
            embed_dims or preset.embed_dims,
            depth or preset.depth,
            num_heads or preset.num_heads,
            patch_size or preset.patch_size,
        )
    else:
        raise ValueError(f"arch must be one of {', '.join(SIZES)} or None, got {arch!r}")
    if size.embed_dims % size.num_heads:
        raise ValueError(f"width {size.embed_dims} does not split into {size.num_heads} heads")
    return size
