"""Supervised from scratch as in the MAE paper (arXiv 2111.06377, Table 11), without its schedule.

The crop's scale is not given there; (0.08, 1) is what ImageNet training uses since Inception.
"""

_base_ = ["runtime.py", "data.py"]

method = "supervised"

optim_wrapper = dict(
    type="ClippingOptimWrapper",
    constructor="DecayMatricesOnly",
    optimizer=dict(type="AdamW", betas=(0.9, 0.95), weight_decay=0.3, fused=True),
)
model = dict(
    type="SupervisedModel",
    encoder=dict(arch="base", img_size=224, drop_path_rate=0.1),
    num_classes=None,  # the folders below data_root are counted
    mixup=0.8,
    cutmix=1.0,
    label_smoothing=0.1,
)
train_dataloader = dict(
    dataset=dict(labelled=True, scale=(0.08, 1.0), augment="rand-m9-mstd0.5-inc1")
)
val_dataloader = dict(
    batch_size=64,
    dataset=dict(type="Pictures", labelled=True, train=False),
    sampler=dict(type="DefaultSampler", shuffle=False),
    collate_fn=dict(type="stack_pictures"),
)
custom_hooks = [
    dict(type="StepEMA", ema_type="ExponentialMovingAverage", momentum=1e-4, strict_load=True)
]
