"""Training a tokenizer. Sizes and schedule are choices: PeCo's were not found."""

_base_ = ["runtime.py", "data.py"]

optim_wrapper = dict(
    type="ClippingOptimWrapper",
    constructor="DecayMatricesOnly",
    optimizer=dict(type="AdamW", betas=(0.9, 0.99), weight_decay=1e-4, fused=True),
)
model = dict(
    type="TokenizerModel",
    tokenizer=dict(type="VQVAE", vocabulary=8192),
)
train_dataloader = dict(dataset=dict(size=224))
default_hooks = dict(codebook=dict(type="CodebookUsage"), figure=dict(type="ReconstructionFigure"))
