"""MAE as in the paper (arXiv 2111.06377, Table 8 and appendix A.1), without its schedule."""

_base_ = ["runtime.py", "data.py"]

optim_wrapper = dict(
    type="OptimWrapper",
    constructor="DecayMatricesOnly",
    optimizer=dict(type="AdamW", betas=(0.9, 0.95), weight_decay=0.05, fused=True),
)
model = dict(
    type="MaskedImageModel",
    data_preprocessor=dict(
        type="NormalisePictures", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
    ),
    encoder=dict(arch="base", img_size=224),
    decoder=dict(embed_dims=512, depth=8, num_heads=16),
    target=dict(type="PixelTarget", normalize=True),
    mask_ratio=0.75,
)
default_hooks = dict(figure=dict(type="ReconstructionFigure"))
