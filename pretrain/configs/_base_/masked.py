"""What every masked model shares: data, optimiser, figures. Method configs say the rest."""

_base_ = ["runtime.py", "data.py"]

optim_wrapper = dict(
    type="ClippingOptimWrapper",
    constructor="DecayMatricesOnly",
    optimizer=dict(type="AdamW", betas=(0.9, 0.95), weight_decay=0.05, fused=True),
)
model = dict(
    type="MaskedImageModel",
    encoder=dict(arch="base", img_size=224),
)
default_hooks = dict(fit=dict(type="FitTarget"), figure=dict(type="ReconstructionFigure"))
