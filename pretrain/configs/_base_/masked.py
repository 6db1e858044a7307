"""What every masked model shares: data, optimiser, figures. Method configs say the rest."""

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
)
default_hooks = dict(fit=dict(type="FitTarget"), figure=dict(type="ReconstructionFigure"))
