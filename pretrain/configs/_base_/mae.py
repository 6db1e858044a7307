"""MAE as in the paper (arXiv 2111.06377, Table 8 and appendix A.1), without its schedule."""

_base_ = ["masked.py"]

model = dict(
    decoder=dict(embed_dims=512, depth=8, num_heads=16),
    target=dict(type="PixelTarget", normalize=True),
    mask_ratio=0.75,
)
