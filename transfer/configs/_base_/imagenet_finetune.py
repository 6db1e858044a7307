"""End-to-end fine-tuning as in the MAE paper (arXiv 2111.06377, Table 9), without its schedule.

The paper does not say: mean pooling with its own norm and the head's start (std 2e-5) are the
released code's, the crop's scale is what ImageNet training uses since Inception.
"""

_base_ = "./imagenet.py"

batch_size = 1024  # pictures of one step, over all devices
device_batch_size = 32  # most pictures on a device at a time; the rest is accumulated
base_lr = 1e-3  # per 256 pictures
min_lr = 0.0
warmup_epochs = 5

model = dict(
    type="FineTunedViT",
    pool="mean",
    head_std=2e-5,
    mixup=0.8,
    cutmix=1.0,
    label_smoothing=0.1,
    erasing=0.0,
    backbone=dict(drop_path_rate=0.1),
)
train_dataloader = dict(
    sampler=dict(type="EpochSampler"), dataset=dict(augment="rand-m9-mstd0.5-inc1")
)
optim_wrapper = dict(
    type="AutocastOptimWrapper",
    dtype="bfloat16",
    constructor="LayerDecayOptimWrapperConstructor",
    optimizer=dict(type="AdamW", betas=(0.9, 0.999), weight_decay=0.05),
    paramwise_cfg=dict(layer_decay=0.75, no_decay=["1d", "pos_embed", "cls_token"]),
)
